import { Clock, Duration, Effect } from "effect"
import * as RemoteFailure from "./RemoteFailure.ts"

/** All parts of an answer together may take so many times as long as each of them. */
const times = 4

/**
 * How long an answer that comes in parts is waited for: `silence` for each part, and four times as long for all of them,
 * so that a server that drips for ever keeps nobody's place. What is done between two waits does not count.
 */
export const make = (silence: Duration.Duration) => {
  const whole = Duration.times(silence, times)
  let left = Duration.toMillis(whole)
  return <A, E, R>(part: Effect.Effect<A, E, R>): Effect.Effect<A, E | RemoteFailure.Unanswered, R> =>
    Effect.gen(function* () {
      const before = yield* Clock.currentTimeMillis
      const isLast = left < Duration.toMillis(silence)
      const come = yield* Effect.timeoutFail(part, {
        duration: isLast ? Duration.millis(left) : silence,
        onTimeout: () => (isLast ? RemoteFailure.tooLong(whole) : RemoteFailure.tooSlow(silence))
      })
      left = Math.max(0, left - ((yield* Clock.currentTimeMillis) - before))
      return come
    })
}
