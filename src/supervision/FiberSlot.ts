import { Effect, Fiber } from "effect"
import type { Scope } from "effect"

/**
 * A place for one fiber, which the scope owns: closing the scope interrupts it and waits until it has stopped. Callers
 * take turns: two that start at the same time would both run.
 */
export interface FiberSlot {
  /** Stops the fiber in the place, waits until it has stopped, and starts another, which has begun afterwards. */
  readonly start: <R>(effect: Effect.Effect<unknown, never, R>) => Effect.Effect<void, never, R>
  readonly stop: Effect.Effect<void>
  /** Waits until the fiber that is in the place now has ended, however it does. */
  readonly over: Effect.Effect<void>
}

/**
 * `FiberHandle` does the same for ten times as much with each session, and starts the next fiber while the one before
 * still stops.
 */
export const make: Effect.Effect<FiberSlot, never, Scope.Scope> = Effect.map(Effect.scope, (scope) => {
  let fiber: Fiber.RuntimeFiber<unknown> | undefined

  const stop = Effect.suspend(() =>
    fiber === undefined ? Effect.void : Effect.asVoid(Fiber.interrupt(fiber))
  )

  return {
    stop,
    over: Effect.suspend(() => (fiber === undefined ? Effect.void : Effect.asVoid(Fiber.await(fiber)))),
    start: (effect) =>
      Effect.uninterruptibleMask((restore) =>
        restore(stop).pipe(
          Effect.zipRight(Effect.forkIn(Effect.interruptible(effect), scope)),
          Effect.map((started) => {
            fiber = started
            started.addObserver(() => {
              if (fiber === started) fiber = undefined
            })
          }),
          // The fiber begins before this one goes on: what stops it a moment later finds it under way.
          Effect.zipRight(Effect.yieldNow())
        )
      )
  }
})
