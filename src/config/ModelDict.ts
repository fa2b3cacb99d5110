import { FileSystem, Path } from "@effect/platform"
import { Context, Effect, Layer, Option, Schema } from "effect"
import type { LoadedConfig } from "./ConfigFile.ts"

/** One avatar model, as the client gets it; keys that are unknown here pass through. */
const ModelInfo = Schema.Struct(
  {
    name: Schema.String,
    url: Schema.optionalWith(Schema.String, { default: () => "" }),
    /** Emotion keyword to the model's expression, by number or name. */
    emotionMap: Schema.optionalWith(
      Schema.Record({ key: Schema.String, value: Schema.Union(Schema.Number, Schema.String) }),
      { default: () => ({}), nullable: true }
    )
  },
  { key: Schema.String, value: Schema.Unknown }
)
export type ModelInfo = typeof ModelInfo.Type

const Entries = Schema.parseJson(Schema.Array(Schema.Unknown))

/** The avatar models of `model_dict.json`. */
export class ModelDict extends Context.Tag("seiyuu/config/ModelDict")<
  ModelDict,
  {
    /** The model of that name; one without a picture if there is none. */
    readonly modelInfo: (live2dModelName: string) => ModelInfo
  }
>() {
  static readonly layer = ({ folder }: Pick<LoadedConfig, "folder">) =>
    Layer.effect(
      ModelDict,
      Effect.map(read(folder), (models) =>
        ModelDict.of({ modelInfo: (name) => models.find((model) => model.name === name) ?? faceless(name) })
      )
    )
}

const faceless = (name: string): ModelInfo => ({
  name,
  url: "",
  kScale: 0.5,
  initialXshift: 0,
  initialYshift: 0,
  emotionMap: {}
})

/** A file that is not there means no models; one that is broken is said and means the same. */
const read = Effect.fn("ModelDict.read")(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const text = yield* fs
    .readFileString(path.join(folder, "model_dict.json"))
    .pipe(
      Effect.catchAll((failure) =>
        failure._tag === "SystemError" && failure.reason === "NotFound"
          ? Effect.succeed("[]")
          : Effect.as(
              Effect.logWarning("model_dict.json cannot be read: there are no avatar models", failure),
              "[]"
            )
      )
    )
  const entries = yield* Schema.decode(Entries)(text.replace(/^\uFEFF/, "")).pipe(
    Effect.catchTag("ParseError", (failure) =>
      Effect.as(
        Effect.logWarning("model_dict.json is no JSON list: there are no avatar models", failure.message),
        []
      )
    )
  )
  const models = yield* Effect.forEach(entries, (entry, index) =>
    Schema.decodeUnknown(ModelInfo)(entry).pipe(
      Effect.tapErrorTag("ParseError", (failure) =>
        Effect.logWarning(`model_dict.json: model number ${index + 1} is left out`, failure.message)
      ),
      Effect.option
    )
  )
  return models.flatMap(Option.toArray)
})
