import { NodeContext } from "@effect/platform-node"
import { Effect, Layer, Option } from "effect"
import { ModelStore } from "../../src/models/ModelStore.ts"
import type { Model } from "../../src/models/ModelStore.ts"

/** The smallest language model of the catalogue: what tests run, and what is always to be had. */
export const id = "smollm2-135m-instruct"

/**
 * A model of the catalogue from the usual models folder, fetched if it isn't there; test files and processes that ask
 * at the same time share it. Where it cannot be had the test fails, and says how to get it.
 */
const pull = (id: string): Effect.Effect<Option.Option<Model>> =>
  Effect.flatMap(ModelStore, (store) => store.pull(id)).pipe(
    Effect.map(Option.some),
    Effect.catchTag("ModelUnavailable", ({ message }) =>
      Effect.dieMessage(`This test needs the model ${id}: ${message}`)
    ),
    Effect.provide(Layer.provide(ModelStore.layer(), NodeContext.layer))
  )

/** The embedded language model. */
export const obtain = pull(id)

/** Recognisers for sherpa-onnx: one for many languages, and a small one for English. */
export const whisperBase = pull("whisper-base")
export const whisperTinyEn = pull("whisper-tiny.en")

/** What texts mean, for long-term memory. */
export const embedding = pull("wordllama-256")

/** An English voice for sherpa-onnx; `needs` holds `espeak-ng-data`. */
export const piperJoe = pull("piper-joe")

/** Runs a test where the model that it needs can be had. */
export const needing =
  (model: Effect.Effect<Option.Option<Model>>) =>
  <A, E, R>(test: Effect.Effect<A, E, R>): Effect.Effect<void, E, R> =>
    Effect.flatMap(model, (found) => (Option.isNone(found) ? Effect.void : Effect.asVoid(test)))
