import { FileSystem, Path } from "@effect/platform"
import { Context, Effect, Either, Layer, Option, Redacted, Schema } from "effect"
import type { CharacterConfig } from "./CharacterConfig.ts"
import type { LoadedConfig } from "./ConfigFile.ts"
import * as ConfigInvalid from "./ConfigInvalid.ts"
import * as Decoding from "./Decoding.ts"
import * as Fields from "./Fields.ts"
import * as RawValue from "./RawValue.ts"
import * as Sections from "./Sections.ts"
import * as WarnOnce from "./WarnOnce.ts"
import * as YamlFile from "./YamlFile.ts"

/** A character that can be chosen. */
export interface CharacterEntry {
  readonly filename: string
  /** Unique, and equal to that character's `conf_name`. */
  readonly name: string
}

/** No character has this file name. `message` is fit for a client. */
export class CharacterNotFound extends Schema.TaggedError<CharacterNotFound>()("CharacterNotFound", {
  filename: Schema.String
}) {
  override get message(): string {
    return `There is no character ${JSON.stringify(this.filename.slice(0, 100))}. Choose one from the list of characters.`
  }
}

/** What the base configuration's own character is called among the files, whatever its file is. */
const baseFile = "conf.yaml"

/** The characters of a configuration: its own, and a file each in its `config_alts_dir`, read anew each time. */
export class Characters extends Context.Tag("seiyuu/config/Characters")<
  Characters,
  {
    /** The character of `conf.yaml`. */
    readonly base: CharacterConfig
    /** `conf.yaml` first, the others by file name. A file that cannot be read is listed by its file name. */
    readonly list: Effect.Effect<ReadonlyArray<CharacterEntry>>
    readonly resolve: (
      filename: string
    ) => Effect.Effect<CharacterConfig, CharacterNotFound | ConfigInvalid.ConfigInvalid>
  }
>() {
  static readonly layer = (loaded: LoadedConfig) => Layer.effect(Characters, make(loaded))
}

/** A character's file, with what is in it or why it cannot be used. */
interface Reading {
  readonly filename: string
  readonly content: Either.Either<Content, ConfigInvalid.ConfigInvalid>
}

interface Content {
  readonly yaml: YamlFile.YamlFile
  /** `character_config` as the file has it. */
  readonly character: RawValue.Mapping
}

const make = Effect.fnUntraced(function* (loaded: LoadedConfig) {
  const path = yield* Path.Path
  const context = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
  const folder = path.resolve(loaded.folder, loaded.config.system_config.config_alts_dir)
  const read = readAll(folder).pipe(Effect.provide(context))
  const own = loaded.config.character_config
  const base = named(own, own.conf_name.trim() === "" ? baseFile : own.conf_name, baseFile)
  const warnOnce = WarnOnce.make()

  const list = read.pipe(
    Effect.tap((readings) =>
      Effect.forEach(readings, ({ content }) =>
        Either.isLeft(content) ? warnOnce(content.left.message) : Effect.void
      )
    ),
    Effect.map((readings) => entries(base, readings)),
    Effect.withSpan("Characters.list")
  )

  const resolve = Effect.fn("Characters.resolve")(function* (filename: string) {
    if (filename === baseFile) return base
    const readings = yield* read
    // A name is looked up among the files of the folder and never made into a path, so it cannot lead elsewhere.
    const reading = readings.find((reading) => reading.filename === filename)
    const entry = entries(base, readings).find((entry) => entry.filename === filename)
    if (reading === undefined || entry === undefined) return yield* new CharacterNotFound({ filename })
    const { yaml, character } = yield* reading.content
    const merged = Sections.merge(Redacted.value(loaded.rawCharacter), character)
    const { config, warnings } = yield* Decoding.decodeCharacter(yaml, merged)
    for (const warning of [...yaml.duplicates, ...warnings]) {
      yield* warnOnce(ConfigInvalid.describe(filename, warning))
    }
    return named(config, entry.name, filename)
  })

  return Characters.of({ base, list, resolve })
})

/** Every character file of the folder, with what is in it or why it cannot be read. */
const readAll = Effect.fnUntraced(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const names = yield* fs
    .readDirectory(folder)
    .pipe(
      Effect.catchAll((failure) =>
        failure._tag === "SystemError" && failure.reason === "NotFound"
          ? Effect.succeed([])
          : Effect.as(Effect.logWarning("the folder of characters cannot be read", failure), [])
      )
    )
  const candidates = names
    .filter((name) => /^[^./\\][^/\\]*\.ya?ml$/i.test(name) && name !== baseFile)
    .sort((a, b) => (a < b ? -1 : 1))
  const readings = yield* Effect.forEach(
    candidates,
    (filename) =>
      fs.stat(path.join(folder, filename)).pipe(
        Effect.filterOrFail(({ type }) => type === "File"),
        // A folder, or a file that has just gone, is no character.
        Effect.option,
        Effect.flatMap(
          Option.match({
            onNone: () => Effect.succeed([]),
            onSome: () =>
              Effect.map(
                Effect.either(readContent(path.join(folder, filename))),
                (content): ReadonlyArray<Reading> => [{ filename, content }]
              )
          })
        )
      ),
    { concurrency: 8 }
  )
  return readings.flat()
})

const readContent = Effect.fnUntraced(function* (file: string) {
  const filename = (yield* Path.Path).basename(file)
  const yaml = yield* YamlFile.read(file).pipe(
    Effect.catchTag("ConfigMissing", () => {
      const problem = { path: "", line: 1, column: 1, message: "the file cannot be read" }
      return new ConfigInvalid.ConfigInvalid({ file: filename, problems: [problem] })
    })
  )
  const character = RawValue.isMapping(yaml.value) ? yaml.value["character_config"] : undefined
  if (!RawValue.isMapping(character)) {
    const problem = yaml.at(["character_config"], "expected a section of keys")
    return yield* new ConfigInvalid.ConfigInvalid({ file: filename, problems: [problem] })
  }
  const content: Content = { yaml, character }
  return content
})

/** The list as it is shown. A name that is taken gets the file's name behind it. */
const entries = (base: CharacterConfig, readings: ReadonlyArray<Reading>): ReadonlyArray<CharacterEntry> => {
  const taken = new Set([base.conf_name])
  const others = readings.map(({ filename, content }): CharacterEntry => {
    let name = Either.match(content, {
      onLeft: () => filename,
      onRight: ({ character }) => ownName(character) ?? filename
    })
    while (taken.has(name)) name = `${name} (${filename})`
    taken.add(name)
    return { filename, name }
  })
  return [{ filename: baseFile, name: base.conf_name }, ...others]
}

const ownName = (character: RawValue.Mapping) =>
  Schema.decodeUnknownOption(Fields.NonEmptyText)(character["conf_name"]).pipe(Option.getOrUndefined)

/** The character under the name that the list shows, with the names that its file leaves out. */
const named = (character: CharacterConfig, name: string, filename: string): CharacterConfig => ({
  ...character,
  conf_name: name,
  conf_uid: character.conf_uid.trim() === "" ? filename : character.conf_uid,
  character_name: character.character_name.trim() === "" ? name : character.character_name
})
