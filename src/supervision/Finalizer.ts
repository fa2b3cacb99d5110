import { Effect, Scope } from "effect"

/**
 * Runs `finalizer` when the scope closes. `Effect.addFinalizer` and `Effect.acquireRelease` do more: they bring back
 * the fiber's state, service by service, which costs 25 µs each beside the services of a whole server.
 */
export const add = (finalizer: Effect.Effect<unknown>): Effect.Effect<void, never, Scope.Scope> =>
  Effect.flatMap(Effect.scope, (scope) => Scope.addFinalizer(scope, finalizer))

/** Something that is so for as long as the scope is open: `enter` now, `leave` when it closes. */
export const whileOpen = (enter: () => void, leave: () => void): Effect.Effect<void, never, Scope.Scope> =>
  Effect.uninterruptible(
    Effect.suspend(() => {
      enter()
      return add(Effect.sync(leave))
    })
  )
