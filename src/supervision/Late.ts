import { Duration, Effect } from "effect"
import type { Scope } from "effect"
import * as Bell from "./Bell.ts"
import * as SteadyTime from "./SteadyTime.ts"

/** Sees to what may be forgotten when it is not late: one fiber for all that is waited for, which the scope owns. */
export interface Late {
  /** Runs `act` when the patience is over; it looks for itself whether that is still needed. */
  readonly unlessSoon: (act: () => void) => void
}

/** `patience`: the same for all, so that what was waited for first is late first. */
export const make = (patience: Duration.Duration, scope: Scope.Scope): Effect.Effect<Late> =>
  Effect.clockWith((clock) => {
    const now = SteadyTime.of(clock)
    /** `at`: by `now`. */
    const waiting: Array<{ readonly at: number; readonly act: () => void }> = []
    const bell = Bell.make()

    const actOnDue = Effect.sync(() => {
      const time = now()
      while (waiting[0] !== undefined && waiting[0].at <= time) waiting.shift()!.act()
    }).pipe(Effect.catchAllDefect((defect) => Effect.logError("what was late died", defect)))
    // What comes meanwhile is due after all that waits now.
    const pause = Effect.suspend(() =>
      waiting[0] === undefined
        ? bell.until(() => waiting.length > 0)
        : Effect.sleep(Math.max(0, waiting[0].at - now()))
    )
    const watch = Effect.forever(Effect.zipRight(actOnDue, pause))
    const late: Late = {
      unlessSoon: (act) => {
        waiting.push({ at: now() + Duration.toMillis(patience), act })
        bell.ring()
      }
    }
    return Effect.as(Effect.forkIn(watch, scope), late)
  })
