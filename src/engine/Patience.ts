import { Duration, Effect, Exit } from "effect"
import * as SteadyTime from "../supervision/SteadyTime.ts"
import * as RemoteFailure from "./RemoteFailure.ts"

/** All parts of an answer together may take so many times as long as each of them. */
const times = 4

/** Waits for one part of an answer. Parts come one after the other. */
export type Wait = <A, E, R>(part: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/**
 * Bounds how long an answer that comes in parts is waited for: `silence` for each part, and four times as long for all of
 * them, so that a server that drips for ever keeps nobody's place. What `receive` does between two waits does not count.
 * One fiber watches them all: a time-out for each costs more than many an answer. `receive` closes by itself what it opens:
 * whoever is interrupted from outside goes on before `receive` has stopped.
 */
export const bound = <A, E, R>(
  silence: Duration.Duration,
  receive: (wait: Wait) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | RemoteFailure.Unanswered, R> =>
  Effect.clockWith((clock) => {
    const whole = Duration.times(silence, times)
    const now = SteadyTime.of(clock)
    /** Of all waits before this one, in ms. */
    let waited = 0
    /** Since when (`now`) a part is waited for. */
    let since: number | undefined

    const end = () => {
      if (since !== undefined) waited += now() - since
      since = undefined
    }
    const wait: Wait = (part) =>
      Effect.suspend(() => {
        since = now()
        return Effect.matchCauseEffect(part, {
          onFailure: (cause) => {
            end()
            return Exit.failCause(cause)
          },
          onSuccess: (value) => {
            end()
            return Exit.succeed(value)
          }
        })
      })

    const watch: Effect.Effect<never, RemoteFailure.Unanswered> = Effect.suspend(() => {
      const soFar = since === undefined ? 0 : now() - since
      const left = Duration.toMillis(silence) - soFar
      const leftOfAll = Duration.toMillis(whole) - waited - soFar
      if (since !== undefined && leftOfAll <= 0) return RemoteFailure.tooLong(whole)
      if (since !== undefined && left <= 0) return RemoteFailure.tooSlow(silence)
      return Effect.zipRight(Effect.sleep(Math.max(1, Math.min(left, leftOfAll))), watch)
    })
    return Effect.raceFirst(receive(wait), watch)
  })
