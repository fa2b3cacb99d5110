import { NodeContext } from "@effect/platform-node"
import { Effect, Layer, Option } from "effect"
import { ModelStore } from "../../src/models/ModelStore.ts"
import type { Model } from "../../src/models/ModelStore.ts"

/** The smallest model of the catalogue: what tests run, and what is always to be had. */
export const id = "smollm2-135m-instruct"

/**
 * The embedded language model, from the usual models folder, fetched if it isn't there. Where it cannot be had the
 * test has nothing to run on: that is an error in CI, elsewhere the reason is printed and `None` given.
 */
export const obtain: Effect.Effect<Option.Option<Model>> = Effect.flatMap(ModelStore, (store) =>
  store.obtain("llm", id)
).pipe(
  Effect.map(Option.some),
  Effect.catchTag("ModelUnavailable", (error) =>
    process.env.CI === "true"
      ? Effect.die(error)
      : Effect.sync(() => {
          console.warn(`Not tested: ${error.message}`)
          return Option.none<Model>()
        })
  ),
  Effect.provide(Layer.provide(ModelStore.layer(), NodeContext.layer))
)
