import { Context, Effect, Layer } from "effect"
import * as Bell from "./Bell.ts"
import * as SteadyTime from "./SteadyTime.ts"

/** To be called once what was to be done in time has been done. */
export type CallOff = () => void

interface Alarm {
  /** By the steady clock, in ms. */
  readonly at: number
  readonly act: () => void
}

/**
 * Sees to what is only done if something takes too long, which is rare: one fiber for everybody who waits, where a time-out by
 * `Effect.timeout` has two of its own each time.
 */
export class Alarms extends Context.Tag("seiyuu/supervision/Alarms")<
  Alarms,
  {
    /** Runs `act` in so many ms, unless it is called off before. It is quick; what dies in it is logged. */
    readonly after: (ms: number, act: () => void) => CallOff
    /** Their clock, in ms; it goes on steadily and says nothing of the time of day. */
    readonly now: () => number
  }
>() {
  static readonly layer = Layer.scoped(
    Alarms,
    Effect.gen(function* () {
      const clock = yield* Effect.clock
      const now = SteadyTime.of(clock)
      /** The next one first. */
      const alarms: Array<Alarm> = []
      const bell = Bell.make()

      const ring = Effect.sync(() => {
        const time = now()
        while (alarms[0] !== undefined && alarms[0].at <= time) alarms.shift()!.act()
      }).pipe(Effect.catchAllDefect((defect) => Effect.logError("what was late died", defect)))

      // What was called off meanwhile is slept for all the same: so it is seldom woken.
      const pause = Effect.suspend(() => {
        const next = alarms[0]?.at ?? Number.POSITIVE_INFINITY
        const earlier = bell.until(() => alarms[0] !== undefined && alarms[0].at < next)
        return Number.isFinite(next)
          ? Effect.raceFirst(Effect.sleep(Math.max(0, next - now())), earlier)
          : earlier
      })
      yield* Effect.forkScoped(Effect.forever(Effect.zipRight(ring, pause)))

      return Alarms.of({
        now,
        after: (ms, act) => {
          const alarm = { at: now() + ms, act }
          alarms.splice(placeOf(alarms, alarm), 0, alarm)
          if (alarms[0] === alarm) bell.ring()
          return () => {
            const place = alarms.indexOf(alarm)
            if (place >= 0) alarms.splice(place, 1)
          }
        }
      })
    })
  )
}

/** Behind all that are as early. Most are later than all the others. */
const placeOf = (alarms: ReadonlyArray<Alarm>, { at }: Alarm): number =>
  alarms.findLastIndex((other) => other.at <= at) + 1
