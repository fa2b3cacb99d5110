import { Effect, Fiber } from "effect"
import type { Scope } from "effect"

/**
 * A place for one fiber, which the scope owns: closing the scope interrupts it and waits until it has stopped. Callers
 * take turns: two that start at the same time would both run. `FiberHandle` does the same for ten times as much, and
 * starts the next fiber while the one before still stops.
 */
export class FiberSlot {
  readonly #scope: Scope.Scope
  #fiber: Fiber.RuntimeFiber<unknown> | undefined

  constructor(scope: Scope.Scope) {
    this.#scope = scope
  }

  get stop(): Effect.Effect<void> {
    return Effect.suspend(() =>
      this.#fiber === undefined ? Effect.void : Effect.asVoid(Fiber.interrupt(this.#fiber))
    )
  }

  /** Waits until the fiber that is in the place now has ended, however it does. */
  get over(): Effect.Effect<void> {
    return Effect.suspend(() =>
      this.#fiber === undefined ? Effect.void : Effect.asVoid(Fiber.await(this.#fiber))
    )
  }

  /** Stops the fiber in the place, waits until it has stopped, and starts another, which has begun afterwards. */
  start<R>(effect: Effect.Effect<unknown, never, R>): Effect.Effect<void, never, R> {
    return Effect.uninterruptibleMask((restore) =>
      restore(this.stop).pipe(
        Effect.zipRight(Effect.forkIn(Effect.interruptible(effect), this.#scope)),
        Effect.map((started) => {
          this.#fiber = started
          started.addObserver(() => {
            if (this.#fiber === started) this.#fiber = undefined
          })
        }),
        // The fiber begins before this one goes on: what stops it a moment later finds it under way.
        Effect.zipRight(Effect.yieldNow())
      )
    )
  }
}

export const make = (scope: Scope.Scope): FiberSlot => new FiberSlot(scope)
