import { Path } from "@effect/platform"
import { Effect, Either, Option } from "effect"
import { basicSettings } from "./AgentConfig.ts"
import type { CharacterConfig } from "./CharacterConfig.ts"
import * as CharacterFiles from "./CharacterFiles.ts"
import * as ConfigInvalid from "./ConfigInvalid.ts"
import type { ConfigProblem } from "./ConfigInvalid.ts"
import * as Decoding from "./Decoding.ts"
import * as Field from "./Field.ts"
import * as McpServersFile from "./McpServersFile.ts"
import * as Migration from "./Migration.ts"
import * as ModelDict from "./ModelDict.ts"
import * as RawValue from "./RawValue.ts"
import * as Sections from "./Sections.ts"
import * as Suggestion from "./Suggestion.ts"
import type * as YamlFile from "./YamlFile.ts"
import { english } from "../language/Text.ts"

/** What is wrong with the files of a configuration; each text begins with the file, the line and the key path. */
export interface Findings {
  /** With these the server does not start, or does without what they are about. */
  readonly errors: ReadonlyArray<string>
  /** What is ignored or not as the file says. */
  readonly warnings: ReadonlyArray<string>
}

const nothing: Findings = { errors: [], warnings: [] }

const joined = (all: ReadonlyArray<Findings>): Findings => ({
  errors: all.flatMap(({ errors }) => errors),
  warnings: all.flatMap(({ warnings }) => warnings)
})

/** What was found in one file that could be read. */
interface OneFile {
  readonly findings: Findings
  readonly yaml: YamlFile.YamlFile
  /** Undefined if it cannot be used. */
  readonly character: CharacterConfig | undefined
  /** Why it cannot be used. */
  readonly problems: ReadonlyArray<ConfigProblem>
}

/** Looks at a `conf.yaml` and at the characters, avatars and servers beside it. Fails only if there is no file. */
export const check = Effect.fn("ConfigCheck.check")(function* (file: string) {
  const path = yield* Path.Path
  const absolute = path.resolve(file)
  const folder = path.dirname(absolute)
  const read = yield* Migration.read(absolute).pipe(
    Effect.map(Either.right),
    Effect.catchTag("ConfigInvalid", (problem) => Effect.succeed(Either.left(problem)))
  )
  const yaml = Either.isRight(read) ? read.right.yaml : undefined
  const root = yaml?.value
  const base = yaml === undefined ? undefined : yield* checkBase(yaml)
  const alternatives = Field.textOf(Sections.at(root, ["system_config", "config_alts_dir"]))
  const readings = yield* CharacterFiles.readAll(
    path.resolve(
      folder,
      Option.getOrElse(alternatives, () => "characters")
    )
  )
  const characters = yield* Effect.forEach(readings ?? [], (reading) => checkCharacter(reading, root, base))
  const usable = [base, ...characters.map(({ file }) => file)].filter((file) => file !== undefined)
  const models = yield* ModelDict.read(folder)
  const servers = yield* McpServersFile.read(folder)
  return joined([
    Either.isLeft(read) ? ofInvalid(read.left) : (base?.findings ?? nothing),
    Either.isLeft(read) ? nothing : ofMigrated(read.right),
    ...characters.map(({ findings }) => findings),
    { errors: models?.problems ?? [], warnings: [] },
    { errors: servers.problems, warnings: servers.warnings },
    ...usable.map((file) => checkNames(file, models, servers))
  ])
})

const describe = (file: string) => (problem: ConfigProblem) => ConfigInvalid.describe(file, problem)

const ofInvalid = ({ file, problems, warnings }: ConfigInvalid.ConfigInvalid): Findings => ({
  errors: ConfigInvalid.inOrder(problems).map(describe(file)),
  warnings: ConfigInvalid.inOrder(warnings).map(describe(file))
})

const ofWarnings = (yaml: YamlFile.YamlFile, warnings: ReadonlyArray<ConfigProblem>): Findings => ({
  errors: [],
  warnings: ConfigInvalid.inOrder([...yaml.duplicates, ...warnings]).map(describe(yaml.name))
})

/** What is so in the newest form, and how the file gets it. */
const ofMigrated = ({ migrated: { changes, from, older }, yaml }: Migration.Read): Findings => {
  const age = older && changes.length === 0 ? [`is of an older form, ${from}`] : changes
  const mended = `it is read as the newest form, and "seiyuu config migrate --write" rewrites it`
  return { errors: [], warnings: age.map((what) => `${yaml.name}: ${what}; ${mended}`) }
}

const checkBase = (yaml: YamlFile.YamlFile) =>
  Decoding.decodeWhole(yaml).pipe(
    Effect.map(({ config, warnings }): OneFile => ({
      yaml,
      character: config.character_config,
      problems: [],
      findings: ofWarnings(yaml, warnings)
    })),
    Effect.catchTag("ConfigInvalid", (problem) =>
      Effect.succeed<OneFile>({
        yaml,
        character: undefined,
        problems: problem.problems,
        findings: ofInvalid(problem)
      })
    )
  )

const checkCharacter = Effect.fnUntraced(function* (
  { content }: CharacterFiles.Reading,
  root: unknown,
  base: OneFile | undefined
) {
  if (Either.isLeft(content)) return { file: undefined, findings: ofInvalid(content.left) }
  const { character, yaml } = content.right
  const below = Sections.at(root, ["character_config"])
  const merged = RawValue.isMapping(below) ? Sections.merge(below, character) : character
  const decoded = yield* Effect.either(Decoding.decodeCharacter(yaml, merged))
  if (Either.isRight(decoded)) {
    const { config, warnings } = decoded.right
    const findings = ofWarnings(yaml, warnings)
    return { findings, file: { yaml, character: config, problems: [], findings } satisfies OneFile }
  }
  const { file, problems, warnings } = decoded.left
  const own = problems.filter((problem) => says(yaml, problem) || !isOf(base, problem))
  return {
    file: undefined,
    findings: { errors: own.map(describe(file)), warnings: warnings.map(describe(file)) } satisfies Findings
  }
})

/** Whether it is a problem of conf.yaml itself, which has been told, or may be: of one that cannot be read nobody knows. */
const isOf = (base: OneFile | undefined, { message, path }: ConfigProblem) =>
  base === undefined ||
  base.problems.some((told) =>
    told.path === path ? told.message === message : path.startsWith(`${told.path}.`)
  )

const says = (yaml: YamlFile.YamlFile, { path }: ConfigProblem) =>
  Sections.at(yaml.value, path.split(".")) !== undefined

/** Names of things in other files, at the keys that this file itself has. */
const checkNames = (
  { character, yaml }: OneFile,
  models: ModelDict.Models | undefined,
  servers: McpServersFile.McpServersFile
): Findings => {
  if (character === undefined) return nothing
  const at = (path: ReadonlyArray<string | number>, message: string) =>
    Sections.at(
      yaml.value,
      path.filter((key) => typeof key === "string")
    ) === undefined
      ? []
      : [describe(yaml.name)(yaml.at(path, message))]
  const name = character.live2d_model_name
  const known = models?.models.map(({ name }) => name) ?? []
  const faceless =
    models === undefined || name === "" || known.includes(name)
      ? []
      : at(
          ["character_config", "live2d_model_name"],
          `${ModelDict.fileName} has no model ${JSON.stringify(name)}${Suggestion.hint(name, known)}; the character has no picture`
        )
  const settings = basicSettings(character.agent_config)
  const wanted = settings?.use_mcpp === true ? settings.mcp_enabled_servers : []
  const enabled = "character_config.agent_config.agent_settings.basic_memory_agent.mcp_enabled_servers".split(
    "."
  )
  const missing = wanted.flatMap((server, index) =>
    Either.match(servers.find(server), {
      onLeft: ({ reason }) =>
        at([...enabled, index], `${english(reason)}; the server's tools are done without`),
      onRight: () => []
    })
  )
  return { errors: [], warnings: [...faceless, ...missing] }
}
