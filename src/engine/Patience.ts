import { Duration, Effect, Fiber } from "effect"
import type { Alarms, CallOff } from "../supervision/Alarms.ts"
import * as Finalizer from "../supervision/Finalizer.ts"
import * as RemoteFailure from "./RemoteFailure.ts"

/** All parts of an answer together may take so many times as long as each of them. */
const times = 4

/** Waits for one part of an answer. Parts come one after the other. */
export type Wait = <A, E, R>(part: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/**
 * Bounds how long an answer that comes in parts is waited for: `silence` for each part, and four times as long for all of
 * them, so that a server that drips for ever keeps nobody's place. What `receive` does between two waits does not count. It runs
 * in a fiber of its own, and has stopped when this goes on, also when this is interrupted.
 */
export const bound = <A, E, R>(
  alarms: Alarms["Type"],
  silence: Duration.Duration,
  receive: (wait: Wait) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | RemoteFailure.Unanswered, R> =>
  Effect.uninterruptibleMask((restore) => {
    const whole = Duration.times(silence, times)
    const { now } = alarms
    /** Of all waits before this one, in ms. */
    let waited = 0
    /** Since when (`now`) a part is waited for. */
    let since: number | undefined

    const wait: Wait = (part) =>
      Effect.suspend(() => {
        since = now()
        // Whoever is interrupted here waits for nothing any more.
        return Finalizer.left(part, () => {
          if (since !== undefined) waited += now() - since
          since = undefined
        })
      })

    /** What is wrong by now, or how long (ms) nothing can be. */
    const look = (): RemoteFailure.Unanswered | number => {
      const soFar = since === undefined ? 0 : now() - since
      const left = Duration.toMillis(silence) - soFar
      const leftOfAll = Duration.toMillis(whole) - waited - soFar
      if (since !== undefined && leftOfAll <= 0) return RemoteFailure.tooLong(whole)
      if (since !== undefined && left <= 0) return RemoteFailure.tooSlow(silence)
      return Math.max(1, Math.min(left, leftOfAll))
    }

    const over = (receiving: Fiber.RuntimeFiber<A, E>) =>
      Effect.async<A, E | RemoteFailure.Unanswered>((resume) => {
        const watch = (): CallOff => {
          const seen = look()
          if (typeof seen === "number") return alarms.after(seen, () => (callOff = watch()))
          resume(Effect.fail(seen))
          return () => {}
        }
        let callOff = watch()
        receiving.addObserver((exit) => {
          callOff()
          resume(exit)
        })
        return Effect.sync(() => callOff())
      })

    return Effect.flatMap(Effect.fork(restore(receive(wait))), (receiving) =>
      Effect.catchAllCause(restore(over(receiving)), (cause) =>
        Effect.zipRight(Fiber.interrupt(receiving), Effect.failCause(cause))
      )
    )
  })
