import { Context, Effect, Exit, FiberRef, Scope } from "effect"

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

/**
 * Gives `effect` services as `Effect.provide` does, for half of its cost. Only who is interrupted does not get back what
 * there was before: for an effect after which an interrupted fiber wants none of these services from further out.
 */
export const lend = <I, A, E, R>(
  effect: Effect.Effect<A, E, R>,
  services: Context.Context<I>
): Effect.Effect<A, E, Exclude<R, I>> =>
  Effect.withFiberRuntime<A, E, R>((fiber) => {
    const before = fiber.currentContext
    const giveBack = FiberRef.set(FiberRef.currentContext, before)
    const lent = Effect.matchCauseEffect(effect, {
      onFailure: (cause) => Effect.zipRight(giveBack, Exit.failCause(cause)),
      onSuccess: (value) => Effect.as(giveBack, value)
    })
    return Effect.zipRight(FiberRef.set(FiberRef.currentContext, Context.merge(before, services)), lent)
  }) as Effect.Effect<A, E, Exclude<R, I>>

/** `Effect.scoped`, as cheap as `lend`, and with the same limits. */
export const scoped = <A, E, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, Exclude<R, Scope.Scope>> =>
  Effect.flatMap(Scope.make(), (scope) =>
    Effect.onExit(lend(effect, Context.make(Scope.Scope, scope)), (exit) => Scope.close(scope, exit))
  )
