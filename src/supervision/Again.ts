import { Effect } from "effect"
import type { Schedule } from "effect"

/** When something is tried again; see `Effect.retry`. */
export interface Options<E> {
  readonly schedule: Schedule.Schedule<unknown, E>
  readonly while: (failure: E) => boolean
}

/** `Effect.retry` for what nearly always succeeds at once: what counts the attempts is made when the first one has failed. */
export const retry = <A, E, R>(
  attempt: Effect.Effect<A, E, R>,
  options: Options<E>
): Effect.Effect<A, E, R> =>
  Effect.catchAll(attempt, (failure) => {
    if (!options.while(failure)) return Effect.fail(failure)
    let isFirst = true
    const next = Effect.suspend(() => {
      if (!isFirst) return attempt
      isFirst = false
      return Effect.fail(failure)
    })
    return Effect.retry(next, options)
  })
