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

    const watch: Effect.Effect<never> = Effect.suspend(() => {
      const time = now()
      while (waiting[0] !== undefined && waiting[0].at <= time) waiting.shift()!.act()
      // What comes meanwhile is due after all that waits now.
      const pause =
        waiting[0] === undefined ? bell.until(() => waiting.length > 0) : Effect.sleep(waiting[0].at - time)
      return Effect.zipRight(pause, watch)
    })
    const late: Late = {
      unlessSoon: (act) => {
        waiting.push({ at: now() + Duration.toMillis(patience), act })
        bell.ring()
      }
    }
    return Effect.as(Effect.forkIn(watch, scope), late)
  })
