import { Effect, FiberRef } from "effect"
import type { Tracer } from "effect"

/** A stack trace is taken with every span otherwise, and nobody reads it. */
const quietly = { captureStackTrace: false }

/**
 * A span where every sentence passes: the last argument of `Effect.fnUntraced`, whose function then has a span as that of
 * `Effect.fn` has. Where spans are switched off it costs nothing; those of `Effect.fn` are made nevertheless, and thrown away.
 */
export const named =
  (name: string, attributes: Tracer.SpanOptions["attributes"] = {}) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(FiberRef.get(FiberRef.currentTracerEnabled), (isOn) =>
      isOn ? (Effect.withSpan(effect, name, { ...quietly, attributes }) as Effect.Effect<A, E, R>) : effect
    )
