import { Effect, Ref } from "effect"
import { basename } from "node:path"
import * as ConfigFile from "./ConfigFile.ts"
import { CurrentConfig } from "./CurrentConfig.ts"
import type { SystemConfig } from "./SystemConfig.ts"

/** Keys of `system_config` that may change while the server runs. */
const changeable: ReadonlySet<string> = new Set<keyof SystemConfig>([
  "conf_version",
  "config_alts_dir",
  "tool_prompts"
])

/**
 * `take` reads `conf.yaml` and makes it the one that counts, if it can be used; gives what is wrong with it, or undefined
 * if it is what it was.
 */
export const make = Effect.gen(function* () {
  const current = yield* CurrentConfig
  const started = yield* Ref.get(current)
  const name = basename(started.file)
  let digest: string | undefined = started.digest
  let waiting = ""

  /** Says which keys count at the next start only; each time that another value waits for it. */
  const sayWaiting = Effect.fnUntraced(function* (written: SystemConfig) {
    const keys = Object.keys({ ...started.written, ...written }).filter(
      (key) => !changeable.has(key) && valueOf(written, key) !== valueOf(started.written, key)
    )
    const now = keys.map((key) => `${key}: ${valueOf(written, key)}`).join()
    if (now !== waiting && keys.length > 0)
      yield* Effect.logWarning(
        `${name}: ${keys.map((key) => `system_config.${key}`).join(", ")}: a change counts when the server is started the next time`
      )
    waiting = now
  })

  const use = Effect.fnUntraced(function* (read: ConfigFile.LoadedConfig) {
    digest = read.digest
    for (const change of read.migrated) yield* Effect.logInfo(change)
    for (const warning of read.warnings) yield* Effect.logWarning(warning)
    yield* sayWaiting(read.written)
    const { config_alts_dir, conf_version, tool_prompts } = read.config.system_config
    yield* Ref.update(current, (before) => ({
      ...read,
      config: {
        ...read.config,
        system_config: { ...before.config.system_config, config_alts_dir, conf_version, tool_prompts }
      }
    }))
    const problems: ReadonlyArray<string> = []
    return problems
  })

  const take = ConfigFile.load(started.file).pipe(
    Effect.flatMap((read) => (read.digest === digest ? Effect.succeed(undefined) : use(read))),
    Effect.catchAll((failure) => {
      const now = failure._tag === "ConfigInvalid" ? failure.digest : failure.reason
      if (now === digest) return Effect.succeed(undefined)
      digest = now
      return Effect.succeed([failure.message])
    })
  )
  return { take }
})

const valueOf = (system: SystemConfig, key: string) => JSON.stringify(system[key as keyof SystemConfig])
