import { Deferred, Effect } from "effect"
import type { Duration } from "effect"
import * as Finalizer from "../supervision/Finalizer.ts"

/**
 * The wait for `frontend-playback-complete`. The real page sends it ten times a turn, without a request id, and
 * also after an interrupt: only the first one after this turn's own `backend-synth-complete` counts.
 */
export interface Playback {
  /** The client says that it has played everything. Does nothing while no turn waits for that. */
  readonly complete: Effect.Effect<void>
  /** Runs `announce` (the turn's `backend-synth-complete`), then waits for the client, at most for `limit`. */
  readonly wait: (announce: Effect.Effect<void>, limit: Duration.DurationInput) => Effect.Effect<void>
}

export const make = (): Playback => {
  let waiting: Deferred.Deferred<void> | undefined
  return {
    complete: Effect.suspend(() =>
      waiting === undefined ? Effect.void : Deferred.succeed(waiting, undefined)
    ),
    wait: (announce, limit) =>
      Effect.gen(function* () {
        const completed = yield* Deferred.make<void>()
        // While the announcement waits for room, what the client reports is about another turn.
        yield* announce
        waiting = completed
        yield* Effect.timeoutOption(Deferred.await(completed), limit)
      }).pipe((played) => Finalizer.afterwards(played, () => (waiting = undefined)))
  }
}
