import { Path } from "@effect/platform"
import type { FileSystem } from "@effect/platform"
import { Context, Effect, Either, Layer, Redacted, Ref, Schema } from "effect"
import type { CharacterConfig } from "./CharacterConfig.ts"
import * as CharacterFiles from "./CharacterFiles.ts"
import { baseFile } from "./CharacterFiles.ts"
import type { Content, Reading } from "./CharacterFiles.ts"
import * as CharacterNames from "./CharacterNames.ts"
import type { CharacterEntry } from "./CharacterNames.ts"
import type { LoadedConfig } from "./ConfigFile.ts"
import * as ConfigInvalid from "./ConfigInvalid.ts"
import { CurrentConfig } from "./CurrentConfig.ts"
import * as Decoding from "./Decoding.ts"
import * as Sections from "./Sections.ts"
import * as WarnOnce from "./WarnOnce.ts"
import { english, say } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

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

/** A character whose file has changed, or that has become unusable without that. */
interface Change {
  readonly filename: string
  readonly edited: boolean
  /** Why it cannot be used. */
  readonly problem: ConfigInvalid.ConfigInvalid | undefined
}

/** What has happened to the characters' files. */
export interface Changes {
  readonly changed: ReadonlyArray<Change>
  /** Names of files that are not there any more. */
  readonly gone: ReadonlyArray<string>
}

/** What a character's file was when it was taken last. */
interface Taken {
  readonly digest: string
  /** Why it could not be used. */
  readonly problem: string | undefined
  /** The character as it was when it could be used last. */
  readonly good: { readonly content: Content; readonly config: CharacterConfig } | undefined
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
    /** Reads every file, keeps the characters of those that can be used, and says what has changed since the last time. */
    readonly take: Effect.Effect<Changes>
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
  /** By file. Only `take` changes it: whoever reads a file while it is being saved sees half of it, or none. */
  let taken: ReadonlyMap<string, Taken> = new Map()

  const folder = Effect.map(Ref.get(current), ({ config, folder }) =>
    path.resolve(folder, config.system_config.config_alts_dir)
  )
  const readFolder = Effect.provide(Effect.flatMap(folder, CharacterFiles.readAll), context)
  const base = Effect.map(Ref.get(current), ({ config: { character_config: own } }) =>
    CharacterNames.named(own, own.conf_name.trim() === "" ? baseFile : own.conf_name, baseFile)
  )

  /** The files that are there, and those that were when they were last taken: one may be in the middle of being saved. */
  const read = Effect.gen(function* () {
    const here = yield* folder
    const there = (yield* readFolder) ?? []
    const absent = [...taken].flatMap(([file, { digest, good }]): ReadonlyArray<Reading> => {
      if (good === undefined || path.dirname(file) !== here) return []
      if (there.some((reading) => reading.file === file)) return []
      return [{ filename: path.basename(file), file, digest, content: Either.right(good.content) }]
    })
    return [...there, ...absent].toSorted((a, b) => (a.filename < b.filename ? -1 : 1))
  })
  /** A file that is broken now has the name that it had. */
  const entriesOf = (readings: ReadonlyArray<Reading>) =>
    Effect.map(base, (base) =>
      CharacterNames.entries(
        base,
        readings.map((reading) => {
          const before = taken.get(reading.file)
          return before?.good !== undefined &&
            (before.problem !== undefined || Either.isLeft(reading.content))
            ? { ...reading, content: Either.right(before.good.content) }
            : reading
        })
      )
    )

  /** The character of a reading. */
  const decode = Effect.fnUntraced(function* ({ content, filename }: Reading) {
    const { character, yaml } = yield* content
    const { rawCharacter } = yield* Ref.get(current)
    const merged = Sections.merge(Redacted.value(rawCharacter), character)
    const { config, warnings } = yield* Decoding.decodeCharacter(yaml, merged)
    for (const warning of [...yaml.duplicates, ...warnings])
      yield* warnOnce(ConfigInvalid.describe(filename, warning))
    return config
  })

  const list = read.pipe(
    Effect.tap((readings) =>
      Effect.forEach(readings, ({ content }) =>
        Either.isLeft(content) ? warnOnce(content.left.message) : Effect.void
      )
    ),
    Effect.flatMap(entriesOf),
    Effect.withSpan("Characters.list")
  )

  const resolve = Effect.fn("Characters.resolve")(function* (filename: string) {
    if (filename === baseFile) return yield* base
    const readings = yield* read
    // A name is looked up among the files of the folder and never made into a path, so it cannot lead elsewhere.
    const reading = readings.find((reading) => reading.filename === filename)
    const entry = (yield* entriesOf(readings)).find((entry) => entry.filename === filename)
    if (reading === undefined || entry === undefined) return yield* new CharacterNotFound({ filename })
    const good = taken.get(reading.file)?.good
    const config = yield* Effect.catchTag(decode(reading), "ConfigInvalid", (problem) =>
      good === undefined
        ? problem
        : Effect.as(warnOnce(`${problem.message}\nThe character stays as it was.`), good.config)
    )
    return CharacterNames.named(config, entry.name, filename)
  })

  const takeOne = Effect.fnUntraced(function* (reading: Reading) {
    const { content, digest, file } = reading
    const decoded = yield* Effect.either(Effect.all({ content, config: decode(reading) }))
    const good = Either.getOrElse(decoded, () => taken.get(file)?.good)
    return { reading, problem: Either.isLeft(decoded) ? decoded.left : undefined, digest, good }
  })
  const take = Effect.gen(function* () {
    const readings = yield* readFolder
    // Nobody can say which files there are: all stay.
    if (readings === undefined) return { changed: [], gone: [] }
    const here = yield* folder
    const now = yield* Effect.forEach(readings, takeOne)
    const before = taken
    taken = new Map(
      now.map(({ digest, good, problem, reading }) => [
        reading.file,
        { digest, good, problem: problem?.message }
      ])
    )
    const changed = now.flatMap(({ digest, problem, reading: { file, filename } }): ReadonlyArray<Change> => {
      const edited = before.get(file)?.digest !== digest
      const otherwise = problem !== undefined && before.get(file)?.problem !== problem.message
      return edited || otherwise ? [{ filename, edited, problem }] : []
    })
    const gone = [...before.keys()].filter((file) => path.dirname(file) === here && !taken.has(file))
    return { changed, gone: gone.map((file) => path.basename(file)) }
  }).pipe(Effect.withSpan("Characters.take"))

  return Characters.of({ base, list, resolve, take })
})
