import { Duration, Effect } from "effect"
import type { Alarms } from "../supervision/Alarms.ts"

/**
 * The wait for `frontend-playback-complete`. The real page sends it ten times a turn, without a request id, and
 * also after an interrupt: only the first one after this turn's own `backend-synth-complete` counts.
 */
export interface Playback {
  /** The client says that it has played everything. Does nothing while no turn waits for that. */
  readonly complete: Effect.Effect<void>
  /** Runs `announce` (the turn's `backend-synth-complete`), then waits for the client, at most for `limit`. */
  readonly wait: (
    alarms: Alarms["Type"],
    announce: Effect.Effect<void>,
    limit: Duration.DurationInput
  ) => Effect.Effect<void>
}

export const make = (): Playback => {
  /** Ends the wait. */
  let waiting: (() => void) | undefined
  return {
    complete: Effect.sync(() => waiting?.()),
    wait: ({ after }, announce, limit) =>
      Effect.suspend(() => {
        const completed = Effect.async<void>((resume) => {
          const leave = () => {
            waiting = undefined
            callOff()
          }
          const end = () => {
            leave()
            resume(Effect.void)
          }
          const callOff = after(Duration.toMillis(limit), end)
          waiting = end
          return Effect.sync(leave)
        })
        // While the announcement waits for room, what the client reports is about another turn.
        return Effect.zipRight(announce, completed)
      })
  }
}
