import { Clock, Duration, Effect, Option, Schedule } from "effect"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import * as RetryAfter from "../engine/RetryAfter.ts"
import * as Again from "../supervision/Again.ts"
import * as ProviderRefusal from "./ProviderRefusal.ts"

/** Further attempts after a refusal that may pass, as long as nothing of the answer has come. */
const retries = 2
const firstPause = "300 millis"
/** A provider that wants a longer pause is not waited for: the person hears why, or another provider answers. */
const longestPause = Duration.seconds(10)

/** What a failed attempt carries. */
interface Attempt {
  readonly cause: unknown
}

/**
 * Repeats what failed with a refusal that may pass: overload, a limit of requests, a lost connection; not a wrong
 * address or a wrong key. Heeds the pause that the provider asks for.
 */
export const whileItMayPass = <A, E extends Attempt, R>(
  attempt: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    Again.retry(attempt, {
      while: ({ cause }: Attempt) => mayPass(cause, now),
      schedule: Schedule.exponential(firstPause).pipe(
        Schedule.jittered,
        Schedule.intersect(Schedule.identity<Attempt>()),
        Schedule.modifyDelay(([, { cause }], pause) =>
          Duration.max(
            pause,
            Option.getOrElse(wanted(cause, now), () => Duration.zero)
          )
        ),
        Schedule.intersect(Schedule.recurs(retries))
      )
    })
  )

const mayPass = (cause: unknown, now: number): boolean => {
  const refusal = ProviderRefusal.of(cause)
  if (refusal === undefined) return false
  const { code, status } = refusal
  if (status === undefined) return code !== undefined && RemoteFailure.lost.has(code)
  const isPassing =
    [408, 409, 429].includes(status) || status >= 500 || (code !== undefined && RemoteFailure.lost.has(code))
  return (
    isPassing &&
    !ProviderRefusal.isLasting(refusal) &&
    Option.getOrElse(
      Option.map(wanted(cause, now), (pause) => Duration.lessThanOrEqualTo(pause, longestPause)),
      () => true
    )
  )
}

const wanted = (cause: unknown, now: number): Option.Option<Duration.Duration> => {
  const refusal = ProviderRefusal.of(cause)
  if (refusal === undefined) return Option.none()
  return Option.orElse(RetryAfter.pauseOf(refusal.headers, now), () =>
    RetryAfter.pauseOf({ "retry-after": ProviderRefusal.pauseOf(refusal) ?? "" }, now)
  )
}
