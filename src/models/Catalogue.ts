import { fileURLToPath } from "node:url"
import { FileSystem } from "@effect/platform"
import { Effect, Schema } from "effect"

/** What a model is for: the room of `src/` that runs it; `data` is what engines need beside their models. */
export const ModelKind = Schema.Literal("llm", "tts", "asr", "vad", "wake", "embedding", "data")
export type ModelKind = typeof ModelKind.Type

const Bytes = Schema.NonNegativeInt
const Sha256 = Schema.String.pipe(Schema.pattern(/^[0-9a-f]{64}$/))
/** A plain name: it becomes part of a path. */
const PlainName = Schema.String.pipe(Schema.pattern(/^\w[\w.-]*$/))

/** The file itself, at an address that serves exactly these bytes. */
const UrlSource = Schema.Struct({ type: Schema.Literal("url"), url: Schema.String })

/** Inside a Python package, which pip fetches; none of its code is run. */
const WheelSource = Schema.Struct({
  type: Schema.Literal("wheel"),
  package: Schema.String,
  version: Schema.String,
  /** The platform tag of the wheel that is meant, where there are several; what is taken out runs anywhere. */
  platform: Schema.optional(Schema.String),
  /** The version of Python that it is for, where there are several. */
  python: Schema.optional(Schema.String),
  /** Of the wheel. */
  size: Bytes,
  sha256: Sha256,
  /** Path inside the wheel; that of a folder ends with `/`. */
  member: Schema.String
})
export type WheelSource = typeof WheelSource.Type

/** Inside a package that npm has installed; it is used where it lies. */
const NpmSource = Schema.Struct({
  type: Schema.Literal("npm"),
  package: Schema.String,
  /** Path inside the package. */
  member: Schema.String
})

/** A file that is on this machine already; it is used where it lies. */
const FileSource = Schema.Struct({ type: Schema.Literal("file"), path: Schema.String })

const Source = Schema.Union(UrlSource, WheelSource, NpmSource, FileSource)
export type Source = typeof Source.Type

const CatalogueFile = Schema.Struct({
  /** Its name in the entry's folder. */
  name: PlainName,
  size: Bytes,
  sha256: Sha256,
  /** In the order in which they are tried; none for what a recipe makes. */
  sources: Schema.optionalWith(Schema.Array(Source), { default: () => [] })
})
export type CatalogueFile = typeof CatalogueFile.Type

/** A whole folder out of a wheel. */
const CatalogueFolder = Schema.Struct({
  name: PlainName,
  /** Of all its files together. */
  size: Bytes,
  source: WheelSource
})
export type CatalogueFolder = typeof CatalogueFolder.Type

/** Makes the entry's files out of ingredients, which are downloaded for it and deleted afterwards. */
const Recipe = Schema.Union(
  /** A Whisper of CTranslate2 (float16) becomes `encoder.onnx`, `decoder.onnx` and `tokens.txt`, 8-bit. */
  Schema.Struct({
    type: Schema.Literal("ct2-whisper"),
    ingredients: Schema.Struct({
      /** `tokenizer.json` */
      tokenizer: CatalogueFile,
      /** `model.bin`, in one part or several. */
      weights: Schema.NonEmptyArray(CatalogueFile)
    })
  }),
  /** A voice of piper becomes `model.onnx` and `tokens.txt`. */
  Schema.Struct({
    type: Schema.Literal("piper"),
    ingredients: Schema.Struct({
      /** The `.onnx` file. */
      model: CatalogueFile,
      /** The `.onnx.json` file. */
      config: CatalogueFile
    })
  })
)
export type Recipe = typeof Recipe.Type

const CatalogueEntry = Schema.Struct({
  /** What a configuration calls it. */
  id: PlainName,
  kind: ModelKind,
  /** What people call it. */
  name: Schema.NonEmptyString,
  language: Schema.String,
  licence: Schema.String,
  /** Needed to run it, in bytes. */
  memory: Bytes,
  files: Schema.Array(CatalogueFile),
  folders: Schema.optionalWith(Schema.Array(CatalogueFolder), { default: () => [] }),
  recipe: Schema.optional(Recipe),
  /** Ids of entries that are obtained with it. */
  needs: Schema.optionalWith(Schema.Array(Schema.String), { default: () => [] }),
  /** How the engine's room loads it. A value that names one of the files or folders stands for its path. */
  engine: Schema.optionalWith(Schema.Record({ key: Schema.String, value: Schema.String }), {
    default: () => ({})
  })
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

const sum = (items: ReadonlyArray<{ readonly size: number }>) =>
  items.reduce((total, { size }) => total + size, 0)

/** Bytes that the entry takes on the disk. */
export const sizeOf = ({ files, folders }: CatalogueEntry): number => sum(files) + sum(folders)

/** What a recipe takes. */
export const ingredientsOf = (recipe: Recipe): ReadonlyArray<CatalogueFile> =>
  recipe.type === "ct2-whisper"
    ? [recipe.ingredients.tokenizer, ...recipe.ingredients.weights]
    : [recipe.ingredients.model, recipe.ingredients.config]

/** What fetching the whole entry takes by its first sources, in bytes, and whether Python's pip is needed for it. */
export const downloadOf = (entry: CatalogueEntry): { readonly bytes: number; readonly byPip: boolean } => {
  const files = entry.recipe === undefined ? entry.files : ingredientsOf(entry.recipe)
  const wheels = new Map<string, number>()
  const addWheel = (wheel: WheelSource) => wheels.set(wheel.sha256, wheel.size)
  let bytes = 0
  for (const { size, sources } of files) {
    const [source] = sources
    if (source?.type === "wheel") addWheel(source)
    else if (source?.type === "url") bytes += size
  }
  for (const { source } of entry.folders) addWheel(source)
  return { bytes: [...wheels.values()].reduce((sum, size) => sum + size, bytes), byPip: wheels.size > 0 }
}
