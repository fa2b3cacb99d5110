import { Context, Effect, Layer, Ref } from "effect"
import type { LoadedConfig } from "./ConfigFile.ts"

/** The configuration that counts now: a file that has changed may replace it while the server runs. */
export class CurrentConfig extends Context.Tag("seiyuu/config/CurrentConfig")<
  CurrentConfig,
  Ref.Ref<LoadedConfig>
>() {
  static readonly layer = (loaded: LoadedConfig) => Layer.effect(CurrentConfig, Ref.make(loaded))
}

/** What is made of the configuration, made anew when that has been replaced. */
export const derived = Effect.fnUntraced(function* <A, R>(
  make: (loaded: LoadedConfig) => Effect.Effect<A, never, R>
) {
  const current = yield* CurrentConfig
  const context = yield* Effect.context<R>()
  const making = yield* Effect.makeSemaphore(1)
  let made: { readonly of: LoadedConfig; readonly value: A } | undefined
  const value = making.withPermits(1)(
    Effect.gen(function* () {
      const loaded = yield* Ref.get(current)
      if (made?.of !== loaded) made = { of: loaded, value: yield* make(loaded) }
      return made.value
    }).pipe(Effect.provide(context))
  )
  return { value }
})
