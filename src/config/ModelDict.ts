import { Path } from "@effect/platform"
import type { FileSystem } from "@effect/platform"
import { Context, Effect, Either, Layer, ParseResult, Ref, Schema } from "effect"
import * as ConfigInvalid from "./ConfigInvalid.ts"
import type { ConfigProblem } from "./ConfigInvalid.ts"
import { CurrentConfig } from "./CurrentConfig.ts"
import * as RawValue from "./RawValue.ts"
import * as YamlFile from "./YamlFile.ts"

const Expression = Schema.Union(Schema.Number, Schema.String).annotations({
  message: () => ({ message: "expected a number or a text", override: true })
})

/** One avatar model, as the client gets it; keys that are unknown here pass through. */
const ModelInfo = Schema.Struct(
  {
    name: Schema.String,
    url: Schema.optionalWith(Schema.String, { default: () => "" }),
    /** Emotion keyword to the model's expression, by number or name. */
    emotionMap: Schema.optionalWith(Schema.Record({ key: Schema.String, value: Expression }), {
      default: () => ({}),
      nullable: true
    })
  },
  { key: Schema.String, value: Schema.Unknown }
)
export type ModelInfo = typeof ModelInfo.Type

/** The avatar models of `model_dict.json`. */
export class ModelDict extends Context.Tag("seiyuu/config/ModelDict")<
  ModelDict,
  {
    /** The model of that name; one without a picture if there is none. */
    readonly modelInfo: (live2dModelName: string) => Effect.Effect<ModelInfo>
    /** Reads the file anew and takes it over if it is right; gives its problems, or undefined if it is what it was. */
    readonly take: Effect.Effect<ReadonlyArray<string> | undefined>
  }
>() {
  static readonly layer = Layer.effect(
    ModelDict,
    Effect.gen(function* () {
      const { folder } = yield* Ref.get(yield* CurrentConfig)
      const context = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
      const file = read(folder).pipe(
        Effect.map((found): Models => found ?? { models: [], problems: [], digest: undefined }),
        Effect.provide(context)
      )
      let now = yield* file
      yield* Effect.forEach(now.problems, (problem) => Effect.logWarning(problem))
      let { models } = now
      return ModelDict.of({
        modelInfo: (name) => Effect.sync(() => models.find((model) => model.name === name) ?? faceless(name)),
        take: Effect.map(file, (read) => {
          if (read.digest === now.digest) return undefined
          now = read
          if (read.problems.length === 0) models = read.models
          return read.problems
        })
      })
    })
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

export const fileName = "model_dict.json"

export interface Models {
  readonly models: ReadonlyArray<ModelInfo>
  /** What is left out, each with its line and key path. */
  readonly problems: ReadonlyArray<string>
  /** Of the bytes that were read; undefined if there is nothing to read. */
  readonly digest: string | undefined
}

/** A file that is not there means no models, or undefined here; one that is broken leaves them out. */
export const read = Effect.fn("ModelDict.read")(function* (folder: string) {
  const path = yield* Path.Path
  return yield* YamlFile.readJson(path.join(folder, fileName)).pipe(
    Effect.map((file): Models | undefined => fromFile(file)),
    Effect.catchTags({
      ConfigInvalid: ({ digest, message }) =>
        Effect.succeed<Models>({ models: [], digest, problems: [`${message}; there are no avatar models`] }),
      ConfigMissing: ({ reason }) =>
        Effect.succeed<Models | undefined>(
          reason === "not-found"
            ? undefined
            : { models: [], digest: "", problems: [`${fileName} cannot be read; there are no avatar models`] }
        )
    })
  )
})

const fromFile = (file: YamlFile.YamlFile): Models => {
  const describe = (problem: ConfigProblem) => ConfigInvalid.describe(file.name, problem)
  const entries = RawValue.plain(file.value)
  if (!Array.isArray(entries)) {
    const problem = file.at([], "expected a list of avatar models; there are none")
    return { models: [], digest: file.digest, problems: [describe(problem)] }
  }
  const decoded = entries.map((entry: unknown) =>
    Schema.decodeUnknownEither(ModelInfo, { errors: "all" })(entry)
  )
  return {
    digest: file.digest,
    models: decoded.flatMap((entry) => (Either.isRight(entry) ? [entry.right] : [])),
    problems: decoded.flatMap((entry, index) => {
      if (Either.isRight(entry)) return []
      return innermost(ParseResult.ArrayFormatter.formatErrorSync(entry.left)).map(({ message, path }) => {
        const wrong = path.length === 0 ? "expected a section of keys" : wordsOf(message)
        return describe(file.at([index, ...path], `${wrong}; the model is left out`))
      })
    })
  }
}

/** Without what follows from a problem further inside. */
const innermost = (issues: ReadonlyArray<ParseResult.ArrayFormatterIssue>) =>
  issues.filter(
    ({ path }) =>
      !issues.some(
        (other) => other.path.length > path.length && path.every((key, at) => other.path[at] === key)
      )
  )

/** The library's words, in ours. */
const wordsOf = (message: string) =>
  message
    .replace(/^is missing$/u, "is required: a text")
    .replace(/^Expected (.*), actual (.*)$/su, "expected $1, found $2")
