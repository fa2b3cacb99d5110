import { Deferred, Effect, FiberId } from "effect"
import * as Finalizer from "./Finalizer.ts"

type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/**
 * One at a time, in the order in which they came. `Effect.makeSemaphore(1)` does the same for three times as much where nobody
 * waits, which is nearly always.
 */
export interface Mutex {
  /** Runs an effect while no other one runs. */
  readonly alone: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /**
   * Waits for the place; whoever has taken it has to `release` it. For where nothing can be interrupted but what is restored,
   * as the wait is: interrupted between taking and what follows, the place would be lost.
   */
  readonly take: (restore: Restore) => Effect.Effect<void>
  readonly release: Effect.Effect<void>
}

export const make = (): Mutex => {
  let isTaken = false
  const waiting: Array<Deferred.Deferred<void>> = []

  const release = (): void => {
    const next = waiting.shift()
    if (next === undefined) isTaken = false
    else Deferred.unsafeDone(next, Effect.void)
  }

  /** Interruptible while it waits, and only then: a place that was taken must not get lost. */
  const taken = (restore: Restore): Effect.Effect<void> | undefined => {
    if (!isTaken) {
      isTaken = true
      return undefined
    }
    const mine = Deferred.unsafeMake<void>(FiberId.none)
    waiting.push(mine)
    const leave = Effect.sync(() => {
      const at = waiting.indexOf(mine)
      if (at >= 0) waiting.splice(at, 1)
      // It has been let in at the same moment.
      else release()
    })
    return Effect.onInterrupt(restore(Deferred.await(mine)), () => leave)
  }

  return {
    alone: (effect) =>
      Effect.uninterruptibleMask((restore) => {
        const wait = taken(restore)
        const work = Finalizer.left(restore(effect), release)
        return wait === undefined ? work : Effect.zipRight(wait, work)
      }),
    take: (restore) => Effect.suspend(() => taken(restore) ?? Effect.void),
    release: Effect.sync(release)
  }
}
