import { FileSystem, Path } from "@effect/platform"
import { Effect, Either } from "effect"
import * as ConfigInvalid from "./ConfigInvalid.ts"
import * as RawValue from "./RawValue.ts"
import * as YamlFile from "./YamlFile.ts"

/** What the base configuration's own character is called among the files, whatever its file is. */
export const baseFile = "conf.yaml"

/** A character's file, with what is in it or why it cannot be used. */
export interface Reading {
  readonly filename: string
  /** Its absolute path. */
  readonly file: string
  /** Of its bytes; empty if they cannot be read. */
  readonly digest: string
  readonly content: Either.Either<Content, ConfigInvalid.ConfigInvalid>
}

export interface Content {
  readonly yaml: YamlFile.YamlFile
  /** `character_config` as the file has it. */
  readonly character: RawValue.Mapping
}

/**
 * Every character file of the folder, by name, with what is in it or why it cannot be read. Undefined if nobody can say
 * which files there are; a folder that is not there has none.
 */
export const readAll = Effect.fn("CharacterFiles.readAll")(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const names = yield* fs
    .readDirectory(folder)
    .pipe(
      Effect.catchAll((failure) =>
        failure._tag === "SystemError" && failure.reason === "NotFound"
          ? Effect.succeed([])
          : Effect.as(Effect.logWarning("the folder of characters cannot be read", failure), undefined)
      )
    )
  if (names === undefined) return undefined
  const candidates = names
    .filter((name) => /^[^./\\][^/\\]*\.ya?ml$/i.test(name) && name !== baseFile)
    .sort((a, b) => (a < b ? -1 : 1))
  const readings = yield* Effect.forEach(candidates, (filename) => readOne(path.join(folder, filename)), {
    concurrency: 8
  })
  return readings.flat()
})

/** A folder, or a file that has just gone, is no character. */
const readOne = Effect.fnUntraced(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  const filename = (yield* Path.Path).basename(file)
  const isThere = yield* fs.stat(file).pipe(
    Effect.map(({ type }) => type === "File"),
    Effect.catchAll((failure) =>
      Effect.succeed(failure._tag !== "SystemError" || failure.reason !== "NotFound")
    )
  )
  if (!isThere) return []
  const content = yield* Effect.either(readContent(file))
  const digest = Either.match(content, {
    onLeft: ({ digest = "" }) => digest,
    onRight: ({ yaml }) => yaml.digest
  })
  const reading: Reading = { filename, file, digest, content }
  return [reading]
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
    return yield* new ConfigInvalid.ConfigInvalid({
      file: filename,
      digest: yaml.digest,
      problems: [problem]
    })
  }
  const content: Content = { yaml, character }
  return content
})
