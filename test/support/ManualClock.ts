import { Clock, Duration, Effect } from "effect"
import { nextRound } from "../../src/supervision/NextRound.ts"

/** A clock that stands still until it is moved. Cheap enough for thousands of runs, unlike TestClock, which waits in real time. */
export const make = () => {
  let now = 0
  const sleeping = new Set<{ readonly until: number; readonly wake: () => void }>()
  const base = Clock.make()
  const clock: Clock.Clock = {
    ...base,
    unsafeCurrentTimeMillis: () => now,
    unsafeCurrentTimeNanos: () => BigInt(now) * 1_000_000n,
    currentTimeMillis: Effect.sync(() => now),
    currentTimeNanos: Effect.sync(() => BigInt(now) * 1_000_000n),
    sleep: (duration) =>
      Effect.async((resume) => {
        if (Duration.toMillis(duration) <= 0) return resume(Effect.void)
        const sleeper = { until: now + Duration.toMillis(duration), wake: () => resume(Effect.void) }
        sleeping.add(sleeper)
        return Effect.sync(() => sleeping.delete(sleeper))
      })
  }
  return {
    clock,
    /** Moves it, and lets everybody who is due go on. */
    advance: (ms: number) =>
      Effect.suspend(() => {
        now += ms
        for (const sleeper of sleeping) {
          if (sleeper.until > now) continue
          sleeping.delete(sleeper)
          sleeper.wake()
        }
        return settle
      })
  }
}

/** Lets all fibers go on that can. */
export const settle = Effect.repeatN(nextRound, 3)
