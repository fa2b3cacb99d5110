import { Array, Effect, Either, ParseResult, Schema } from "effect"
import { CharacterConfig } from "./CharacterConfig.ts"
import { ConfigInvalid } from "./ConfigInvalid.ts"
import type { ConfigProblem } from "./ConfigInvalid.ts"
import * as Fields from "./Fields.ts"
import * as NotBuilt from "./NotBuilt.ts"
import * as RawValue from "./RawValue.ts"
import * as Sections from "./Sections.ts"
import { SeiyuuConfig } from "./SeiyuuConfig.ts"
import * as UnknownKeys from "./UnknownKeys.ts"
import type { KeyPath, YamlFile } from "./YamlFile.ts"

export interface Decoded<Config> {
  readonly config: Config
  /** What is ignored or not as the file says. */
  readonly warnings: ReadonlyArray<ConfigProblem>
}

/** Decodes the whole of a `conf.yaml`. */
export const decodeWhole = Effect.fnUntraced(function* (file: YamlFile) {
  const { value } = file
  if (RawValue.isMapping(value) && !("character_config" in value) && "CONF_VERSION" in value)
    return yield* new ConfigInvalid({
      file: file.name,
      digest: file.digest,
      problems: [file.at(["CONF_VERSION"], beforeSections)]
    })
  const decoded = yield* decode(
    file,
    Fields.section(SeiyuuConfig),
    file.value ?? {},
    ["character_config"],
    []
  )
  return withNotBuilt(file, decoded, [
    ...NotBuilt.ofProcess(decoded.config),
    ...NotBuilt.ofCharacter(decoded.config.character_config)
  ])
})

const beforeSections =
  "this is a file of Open-LLM-VTuber before v1.0, whose keys were all different: begin with the conf.yaml that comes with seiyuu"

/** Decodes a character; `character` is the `character_config` of the file, laid on another one's perhaps. */
export const decodeCharacter = Effect.fnUntraced(function* (file: YamlFile, character: unknown) {
  const decoded = yield* decode(file, Fields.section(CharacterConfig), character, [], ["character_config"])
  return withNotBuilt(file, decoded, NotBuilt.ofCharacter(decoded.config))
})

const withNotBuilt = <Config>(
  file: YamlFile,
  { config, warnings }: Decoded<Config>,
  found: ReadonlyArray<{ readonly path: KeyPath; readonly message: string }>
): Decoded<Config> => ({
  config,
  warnings: [
    ...warnings,
    ...leftAsIs(file),
    ...found.filter(({ path }) => says(file, path)).map(({ path, message }) => file.at(path, message))
  ]
})

const persona = ["character_config", "persona_prompt"]

/** Variables of a text that may mean them as they stand. */
const leftAsIs = (file: YamlFile): ReadonlyArray<ConfigProblem> => {
  const text = Sections.at(file.value, persona)
  return text instanceof RawValue.Unset
    ? [file.at(persona, `${text.message}; it stays in the text as it stands`)]
    : []
}

/** Whether the file itself has the key: the base that a character is laid on has had its own warnings. */
const says = (file: YamlFile, path: KeyPath) => {
  const index = path.findIndex((key) => typeof key === "number")
  return Sections.at(file.value, index === -1 ? path : path.slice(0, index)) !== undefined
}

/**
 * `toCharacter` leads from the value to the `character_config` in it, `fromRoot` from the file's root to the value.
 * Fails with every problem at once. A section that nothing reads is left out if it is wrong, with a warning.
 */
const decode = Effect.fnUntraced(function* <Config, Encoded>(
  file: YamlFile,
  schema: Schema.Schema<Config, Encoded>,
  given: unknown,
  toCharacter: ReadonlyArray<string>,
  fromRoot: ReadonlyArray<string>
) {
  const character = Sections.at(given, toCharacter)
  const value = Sections.put(given, toCharacter, Sections.withChosenSections(character))
  const unusedAt = (path: KeyPath) => {
    if (!toCharacter.every((key, index) => path[index] === key)) return undefined
    const section = Sections.unusedSection(character, path.slice(toCharacter.length))
    return section === undefined ? undefined : [...toCharacter, ...section]
  }

  const issues = issuesOf(schema, value)
  const unused = issues.flatMap(({ path, message }) => {
    const section = unusedAt(path)
    return section === undefined ? [] : [{ path, message, section }]
  })
  const fatal = issues.filter(({ path }) => unusedAt(path) === undefined)
  const at = (path: KeyPath, message: string) => file.at([...fromRoot, ...path], message)
  const problems = fatal.map(({ path, message }) => at(path, message))
  if (Array.isNonEmptyReadonlyArray(problems)) {
    return yield* new ConfigInvalid({
      file: file.name,
      digest: file.digest,
      problems,
      warnings: [...file.duplicates, ...unknownKeys(file, schema, fromRoot)]
    })
  }

  const usable = unused.reduce((rest: unknown, { section }) => Sections.put(rest, section, null), value)
  const config = yield* Effect.orDie(Schema.decodeUnknown(schema)(usable))
  const decoded: Decoded<Config> = {
    config,
    warnings: [
      ...unknownKeys(file, schema, fromRoot),
      ...unused
        .filter(({ section }) => says(file, [...fromRoot, ...section]))
        .map(({ path, message }) => at(path, `${message}; the section is not in use and is left out`))
    ]
  }
  return decoded
})

const issuesOf = <Config, Encoded>(schema: Schema.Schema<Config, Encoded>, value: unknown) =>
  Either.match(Schema.decodeUnknownEither(schema, { errors: "all" })(value), {
    onLeft: (error) => ParseResult.ArrayFormatter.formatErrorSync(error),
    onRight: () => []
  })

const unknownKeys = (file: YamlFile, schema: Schema.Schema.Any, fromRoot: ReadonlyArray<string>) =>
  UnknownKeys.find(schema, Sections.at(file.value, fromRoot), fromRoot).map(({ path, hint }) =>
    file.at(path, `is not a known key${spaceless(path.at(-1)) ?? hint}; it is ignored`)
  )

const spaceless = (key: PropertyKey | undefined) =>
  /^\w+:/u.test(String(key)) ? " (a space is missing after its colon)" : undefined
