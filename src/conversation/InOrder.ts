import { Effect, Exit, Fiber } from "effect"
import type { Scope } from "effect"

export interface Options<A, B> {
  /** How many items may be in work, or wait for those before them, at the same time. */
  readonly parallel: number
  /** `hand` takes what has become of the item, once or piece by piece, and returns when that has been delivered. */
  readonly work: (item: A, hand: (result: B) => Effect.Effect<void>) => Effect.Effect<void>
  readonly deliver: (result: B) => Effect.Effect<void>
}

/** Works on items concurrently and delivers what becomes of them in the order of the items, each as soon as it may go. */
export interface InOrder<A> {
  /** Begins with an item; waits while too many are under way. Dies of what an earlier item died of. */
  readonly add: (item: A) => Effect.Effect<void>
  /** Waits until everything has been delivered. Dies of what any item died of; nothing after it is delivered. */
  readonly delivered: Effect.Effect<void>
}

/** Closing `scope` interrupts everything that is under way. */
export const make = <A, B>(options: Options<A, B>, scope: Scope.Scope): InOrder<A> => {
  const places = Effect.unsafeMakeSemaphore(options.parallel)
  let latest: Effect.Effect<void> = Effect.void
  let failed: Effect.Effect<void> | undefined

  const add = (item: A) =>
    Effect.suspend(() => {
      if (failed !== undefined) return failed
      const before = latest
      const hand = (result: B) => Effect.flatMap(before, () => options.deliver(result))
      return options.work(item, hand).pipe(
        // Without anything to deliver it still ends after those before it.
        Effect.flatMap(() => before),
        Effect.ensuring(places.release(1)),
        Effect.forkIn(scope),
        Effect.map((fiber) => {
          latest = Effect.flatten(Fiber.await(fiber))
          fiber.addObserver((exit) => {
            if (Exit.isFailure(exit)) failed ??= exit
          })
        })
      )
    })

  return {
    add: (item) => Effect.zipRight(places.take(1), add(item)),
    delivered: Effect.suspend(() => latest)
  }
}
