import { Effect } from "effect"
import type { Scope } from "effect"
import * as FiberSlot from "../supervision/FiberSlot.ts"
import type { Census } from "../telemetry/Census.ts"

/** Utterances that wait to be looked through; when more do, the oldest is let go. */
export const mostWaiting = 4

/** What was said while the wake word is waited for, looked through one after the other, in order. */
export interface UtteranceLine<A> {
  /** Waits until nothing waits or is being looked through. */
  readonly idle: Effect.Effect<void>
  /** Nothing waits or is being looked through. */
  readonly isEmpty: () => boolean
  /** Puts something in the line. Never waits. Callers take turns. */
  readonly enter: <R>(
    said: A,
    look: (said: A) => Effect.Effect<void, never, R>
  ) => Effect.Effect<void, never, R>
  /** Forgets what waits, and stops what is being looked through. */
  readonly clear: Effect.Effect<void>
}

/** Closing the scope stops it. It has a fiber only while there is something to do. */
export const make = <A>(scope: Scope.Scope, census: Census["Type"]): UtteranceLine<A> => {
  const slot = FiberSlot.make(scope)
  let waiting: Array<A> = []
  const quiet = Effect.unsafeMakeLatch(true)
  let working = false
  const begin = () => {
    working = true
    quiet.unsafeClose()
  }
  const stop = () => {
    working = false
    quiet.unsafeOpen()
  }

  return {
    idle: quiet.await,
    isEmpty: () => !working && waiting.length === 0,
    enter: <R>(said: A, look: (said: A) => Effect.Effect<void, never, R>) =>
      Effect.suspend(() => {
        waiting.push(said)
        if (waiting.length > mostWaiting) waiting.shift()
        if (working) return Effect.void
        begin()
        const work: Effect.Effect<void, never, R> = Effect.suspend(() => {
          const [first, ...rest] = waiting
          if (first === undefined) {
            stop()
            return Effect.void
          }
          waiting = rest
          return Effect.zipRight(
            Effect.catchAllDefect(look(first), (defect) =>
              Effect.logError("looking for a wake word died", defect)
            ),
            work
          )
        })
        return slot.start(census.track("wake-word")(work))
      }),
    clear: Effect.suspend(() => {
      waiting = []
      return Effect.map(slot.stop, stop)
    })
  }
}
