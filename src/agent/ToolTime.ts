import { Clock, Duration, Effect, Option } from "effect"

/** The time in which tools run for one answer: it goes on while one of them runs, or several do. */
export interface ToolTime {
  /** Seconds of all of it. */
  readonly seconds: number
  /** Runs a call for as long as there is time; none if that was too short. */
  readonly within: <A, E, R>(call: Effect.Effect<A, E, R>) => Effect.Effect<Option.Option<A>, E, R>
}

export const make = (seconds: number): ToolTime => {
  let running = 0
  /** When the first of those that run began, in ms. */
  let since = 0
  let left = seconds * 1000

  const begin = Effect.map(Clock.currentTimeMillis, (now) => {
    if (running++ === 0) since = now
    return left - (now - since)
  })
  const end = Effect.map(Clock.currentTimeMillis, (now) => {
    if (--running === 0) left -= now - since
  })

  return {
    seconds,
    within: (call) =>
      Effect.acquireUseRelease(
        begin,
        (time) => (time <= 0 ? Effect.succeedNone : Effect.timeoutOption(call, Duration.millis(time))),
        () => end
      )
  }
}
