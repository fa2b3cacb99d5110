import { Effect, Schedule } from "effect"
import { Census } from "../telemetry/Census.ts"
import { failed, nameOf } from "./BridgeFailed.ts"
import type { BridgeFailed, Place } from "./BridgeFailed.ts"
import type { Attendance, Listener } from "./ChatMessage.ts"

/** A way to one room of a live chat, or to the server. */
export interface Bridge {
  readonly place: Place
  /** One connection: joins the room and tells what comes, until that fails. All that it opens closes with it. */
  readonly attend: (listener: Attendance) => Effect.Effect<never, BridgeFailed>
}

/** Pauses between connections: 1 s, twice as much each time, 60 s at most, each a fifth longer or shorter by chance. */
const pauses = Schedule.exponential("1 second").pipe(
  Schedule.union(Schedule.spaced("60 seconds")),
  Schedule.jittered
)

/** How long it may take, connecting included, until the room has let us in. */
const longestJoining = "40 seconds"

/** A connection that has lasted so long (ms) was a good one: the next pause is short again. */
const steady = 30_000

/** Keeps a bridge connected for as long as this runs. Ends only with a failure that trying again would not mend. */
export const keep = Effect.fnUntraced(function* (bridge: Bridge, listener: Listener) {
  const census = yield* Census
  const driver = yield* Schedule.driver(pauses)
  let told = ""

  const once = Effect.gen(function* () {
    let joinedAt: number | undefined
    const clock = yield* Effect.clock
    const joined = Effect.suspend(() => {
      if (joinedAt !== undefined) return Effect.void
      joinedAt = clock.unsafeCurrentTimeMillis()
      return Effect.logInfo(`connected to ${nameOf(bridge.place)}`)
    })
    const outside = Effect.suspend(() =>
      joinedAt === undefined ? failed(bridge.place, "not-joined") : Effect.never
    )
    const failure = yield* bridge.attend({ ...listener, joined }).pipe(
      Effect.raceFirst(Effect.delay(outside, longestJoining)),
      Effect.catchAllDefect((defect) =>
        Effect.zipRight(Effect.logError("a bridge died", defect), failed(bridge.place, "defect"))
      ),
      Effect.flip
    )
    if (failure.isFinal) return yield* failure
    // Whoever reads the log learns once what is wrong, and not with each attempt.
    const log = joinedAt === undefined && failure.message === told ? Effect.logDebug : Effect.logWarning
    told = failure.message
    yield* log(`${failure.message}; trying again`)
    if (joinedAt !== undefined && clock.unsafeCurrentTimeMillis() - joinedAt >= steady) yield* driver.reset
    yield* Effect.ignore(driver.next(undefined))
  })
  return yield* once.pipe(Effect.forever, census.track("live-bridge"))
})
