import { Context, Effect, FiberRef } from "effect"

/**
 * Gives `effect` services for the rest of its fiber's life: for an effect that is all that its fiber does.
 * `Effect.provide` also takes them away again at the end, which costs several times as much.
 */
export const provide = <I, A, E, R>(
  effect: Effect.Effect<A, E, R>,
  services: Context.Context<I>
): Effect.Effect<A, E, Exclude<R, I>> =>
  Effect.zipRight(FiberRef.update(FiberRef.currentContext, Context.merge(services)), effect) as Effect.Effect<
    A,
    E,
    Exclude<R, I>
  >
