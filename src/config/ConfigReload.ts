import { FileSystem, Path } from "@effect/platform"
import { Effect, Ref } from "effect"
import { createHash } from "node:crypto"
import { Characters } from "./Characters.ts"
import * as ConfigFile from "./ConfigFile.ts"
import { CurrentConfig } from "./CurrentConfig.ts"
import { McpEntries } from "./McpEntries.ts"
import * as McpServersFile from "./McpServersFile.ts"
import * as ModelDict from "./ModelDict.ts"
import type { SystemConfig } from "./SystemConfig.ts"

/** Keys of `system_config` that may change while the server runs. */
const changeable: ReadonlySet<string> = new Set<keyof SystemConfig>([
  "conf_version",
  "config_alts_dir",
  "tool_prompts"
])

/** The folders that the configuration's files are in. */
export const folders = Effect.gen(function* () {
  const path = yield* Path.Path
  const { config, folder } = yield* Ref.get(yield* CurrentConfig)
  return [folder, path.resolve(folder, config.system_config.config_alts_dir)]
})

/**
 * `look` finds out whether files of the configuration have changed, takes over those that can be used, and gives the names
 * of these. What cannot be used is logged with all that is wrong, and what was before stays.
 */
export const make = Effect.gen(function* () {
  const path = yield* Path.Path
  const current = yield* CurrentConfig
  const characters = yield* Characters
  const servers = yield* McpEntries
  const start = yield* Ref.get(current)
  const name = path.basename(start.file)
  let written = start.written
  let known = yield* fingerprints
  // What the characters are now is what they stay, if their files break.
  yield* characters.examine
  yield* servers.take

  const takeConfig = Effect.gen(function* () {
    const before = yield* Ref.get(current)
    const read = yield* ConfigFile.load(before.file)
    for (const change of read.migrated) yield* Effect.logInfo(change)
    for (const warning of read.warnings) yield* Effect.logWarning(warning)
    const fixed = Object.keys(read.written).filter(
      (key) => !changeable.has(key) && differs(read.written, written, key)
    )
    written = read.written
    if (fixed.length > 0)
      yield* Effect.logWarning(
        `${name}: ${fixed.map((key) => `system_config.${key}`).join(", ")}: a change counts when the server is started the next time`
      )
    const { config_alts_dir, conf_version, tool_prompts } = read.config.system_config
    const system_config = {
      ...before.config.system_config,
      config_alts_dir,
      conf_version,
      tool_prompts
    }
    yield* Ref.set(current, { ...read, config: { ...read.config, system_config } })
    return true
  }).pipe(
    Effect.catchAll((failure) =>
      Effect.as(
        Effect.logError(`${name} has changed and cannot be used; what was before stays\n${failure.message}`),
        false
      )
    )
  )

  const takeModels = Effect.gen(function* () {
    const { folder } = yield* Ref.get(current)
    const read = yield* ModelDict.read(folder)
    const problems = read?.problems ?? []
    // Whatever is made of the configuration is made anew.
    if (problems.length === 0) yield* Ref.update(current, (loaded) => ({ ...loaded }))
    return yield* sayProblems(ModelDict.fileName, problems)
  })

  const takeServers = Effect.flatMap(servers.take, ({ problems }) =>
    sayProblems(McpServersFile.fileName, problems)
  )

  const takeCharacters = Effect.fnUntraced(function* (changed: ReadonlySet<string>) {
    const taken: Array<string> = []
    for (const { filename, problem } of yield* characters.examine) {
      if (!changed.has(characterKey(filename))) continue
      if (yield* sayProblems(filename, problem === undefined ? [] : [problem.message])) taken.push(filename)
    }
    return taken
  })

  const look = Effect.gen(function* () {
    const now = yield* fingerprints
    const changed = new Set(
      [...new Set([...known.keys(), ...now.keys()])].filter((key) => known.get(key) !== now.get(key))
    )
    known = now
    if (changed.size === 0) return []
    const taken = [
      ...(changed.has(name) && (yield* takeConfig) ? [name] : []),
      ...(changed.has(ModelDict.fileName) && (yield* takeModels) ? [ModelDict.fileName] : []),
      ...(changed.has(McpServersFile.fileName) && (yield* takeServers) ? [McpServersFile.fileName] : []),
      ...(yield* takeCharacters(changed)),
      ...[...changed].flatMap((key) => (now.has(key) || !key.includes("/") ? [] : [path.basename(key)]))
    ]
    if (taken.length > 0)
      yield* Effect.logInfo(`${taken.join(", ")}: new sessions and the next switches have what is there now`)
    return taken
  }).pipe(Effect.withSpan("ConfigReload.look"))

  return { look }
})

const characterKey = (filename: string) => `characters/${filename}`

const differs = (a: SystemConfig, b: SystemConfig, key: string) => {
  const of = (system: SystemConfig) => JSON.stringify(system[key as keyof SystemConfig])
  return of(a) !== of(b)
}

const sayProblems = (name: string, problems: ReadonlyArray<string>) =>
  problems.length === 0
    ? Effect.succeed(true)
    : Effect.as(
        Effect.logError(
          `${name} has changed and cannot be used; what was before stays\n${problems.join("\n")}`
        ),
        false
      )

/** What the files are now, by name; a file that is not there has none. */
const fingerprints = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const { file } = yield* Ref.get(yield* CurrentConfig)
  const [folder = "", alternatives = ""] = yield* folders
  const names = yield* Effect.orElseSucceed(fs.readDirectory(alternatives), () => [])
  const files = [
    ...[path.basename(file), ModelDict.fileName, McpServersFile.fileName].map((name) => ({
      key: name,
      at: path.join(folder, name)
    })),
    ...names
      .filter((name) => /^[^.].*\.ya?ml$/iu.test(name))
      .map((name) => ({ key: characterKey(name), at: path.join(alternatives, name) }))
  ]
  const found = yield* Effect.forEach(
    files,
    ({ at, key }) =>
      fs.readFile(at).pipe(
        Effect.map((bytes) => [[key, createHash("sha256").update(bytes).digest("hex")] as const]),
        Effect.orElseSucceed(() => [])
      ),
    { concurrency: 8 }
  )
  return new Map(found.flat())
})
