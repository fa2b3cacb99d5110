import { Path } from "@effect/platform"
import type { FileSystem } from "@effect/platform"
import { Context, Effect, Either, Layer, Option, Redacted, Ref, Schema } from "effect"
import type { CharacterConfig } from "./CharacterConfig.ts"
import * as CharacterFiles from "./CharacterFiles.ts"
import { baseFile } from "./CharacterFiles.ts"
import type { Content, Reading } from "./CharacterFiles.ts"
import type { LoadedConfig } from "./ConfigFile.ts"
import * as ConfigInvalid from "./ConfigInvalid.ts"
import { CurrentConfig } from "./CurrentConfig.ts"
import * as Decoding from "./Decoding.ts"
import * as Fields from "./Fields.ts"
import * as RawValue from "./RawValue.ts"
import * as Sections from "./Sections.ts"
import * as WarnOnce from "./WarnOnce.ts"
import { english, say } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

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
  get words(): Text {
    return say("config.noCharacter", JSON.stringify(this.filename.slice(0, 100)))
  }

  override get message(): string {
    return english(this.words)
  }
}

/** How one character's file is. */
interface Examined {
  readonly filename: string
  /** Why it cannot be used. */
  readonly problem: ConfigInvalid.ConfigInvalid | undefined
}

/** The characters of a configuration: its own, and a file each in its `config_alts_dir`, read anew each time. */
export class Characters extends Context.Tag("seiyuu/config/Characters")<
  Characters,
  {
    /** The character of `conf.yaml`. */
    readonly base: Effect.Effect<CharacterConfig>
    /** `conf.yaml` first, the others by file name. A file that cannot be read is listed by its file name. */
    readonly list: Effect.Effect<ReadonlyArray<CharacterEntry>>
    /** A file that could be used once and cannot any more gives the character that it did. */
    readonly resolve: (
      filename: string
    ) => Effect.Effect<CharacterConfig, CharacterNotFound | ConfigInvalid.ConfigInvalid>
    /** Looks at every file, and keeps the characters of those that can be used. */
    readonly examine: Effect.Effect<ReadonlyArray<Examined>>
  }
>() {
  /** Of the configuration that counts at each moment. */
  static readonly layerCurrent = Layer.effect(
    Characters,
    Effect.suspend(() => make)
  )

  static readonly layer = (loaded: LoadedConfig) =>
    Layer.provide(Characters.layerCurrent, CurrentConfig.layer(loaded))
}

const make = Effect.gen(function* () {
  const path = yield* Path.Path
  const context = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
  const current = yield* CurrentConfig
  const warnOnce = WarnOnce.make()
  /** What could be used last, by file name. */
  const kept = new Map<string, Content>()
  /** Files that could not be used when they were last looked at. */
  const broken = new Set<string>()

  const read = Effect.flatMap(Ref.get(current), ({ config, folder }) =>
    CharacterFiles.readAll(path.resolve(folder, config.system_config.config_alts_dir))
  ).pipe(
    Effect.tap((readings) => {
      const there = new Set(readings.map(({ filename }) => filename))
      for (const filename of [...kept.keys(), ...broken]) {
        if (there.has(filename)) continue
        kept.delete(filename)
        broken.delete(filename)
      }
    }),
    Effect.provide(context)
  )
  const base = Effect.map(Ref.get(current), ({ config: { character_config: own } }) =>
    named(own, own.conf_name.trim() === "" ? baseFile : own.conf_name, baseFile)
  )
  const listOf = (readings: ReadonlyArray<Reading>) => Effect.map(base, (base) => entries(base, readings))
  /** A file that is broken now is what it was. */
  const asBefore = ({ content, filename }: Reading): Reading => {
    const before = kept.get(filename)
    return before !== undefined && (Either.isLeft(content) || broken.has(filename))
      ? { filename, content: Either.right(before) }
      : { filename, content }
  }

  const list = read.pipe(
    Effect.tap((readings) =>
      Effect.forEach(readings, ({ content }) =>
        Either.isLeft(content) ? warnOnce(content.left.message) : Effect.void
      )
    ),
    Effect.flatMap((readings) => listOf(readings.map(asBefore))),
    Effect.withSpan("Characters.list")
  )

  const decode = Effect.fnUntraced(function* ({ character, yaml }: Content) {
    const { rawCharacter } = yield* Ref.get(current)
    return yield* Decoding.decodeCharacter(yaml, Sections.merge(Redacted.value(rawCharacter), character))
  })
  /** The content of a reading, decoded; it is kept if it can be used. */
  const use = Effect.fnUntraced(function* ({ content, filename }: Reading) {
    broken.add(filename)
    const found = yield* content
    const { config, warnings } = yield* decode(found)
    kept.set(filename, found)
    broken.delete(filename)
    for (const warning of [...found.yaml.duplicates, ...warnings])
      yield* warnOnce(ConfigInvalid.describe(filename, warning))
    return config
  })

  const resolve = Effect.fn("Characters.resolve")(function* (filename: string) {
    if (filename === baseFile) return yield* base
    const readings = yield* read
    // A name is looked up among the files of the folder and never made into a path, so it cannot lead elsewhere.
    const reading = readings.find((reading) => reading.filename === filename)
    const list = yield* listOf(readings.map(asBefore))
    const entry = list.find((entry) => entry.filename === filename)
    if (reading === undefined || entry === undefined) return yield* new CharacterNotFound({ filename })
    const before = kept.get(filename)
    const config = yield* Effect.catchTag(use(reading), "ConfigInvalid", (problem) =>
      before === undefined
        ? problem
        : decode(before).pipe(
            Effect.map(({ config }) => config),
            Effect.mapError(() => problem),
            Effect.zipLeft(warnOnce(`${problem.message}\nThe character stays as it was.`))
          )
    )
    return named(config, entry.name, filename)
  })

  const examine = read.pipe(
    Effect.flatMap((readings) =>
      Effect.forEach(readings, (reading) =>
        Effect.map(Effect.either(use(reading)), (used): Examined => ({
          filename: reading.filename,
          problem: Either.isLeft(used) ? used.left : undefined
        }))
      )
    ),
    Effect.withSpan("Characters.examine")
  )

  return Characters.of({ base, list, resolve, examine })
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
