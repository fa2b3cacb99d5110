import { Deferred, Effect } from "effect"
import type { LiveConfig } from "../../config/LiveConfig.ts"
import type { Bridge } from "../../live/Bridge.ts"
import * as Bridges from "../../live/Bridges.ts"
import * as Report from "./Report.ts"

/** How many rooms are tried at once. */
const mostAtOnce = 8

/** A row for each room of a live chat that the configuration names: it is joined and left. */
export const rows = Effect.fn("LiveChecks.rows")(function* (config: LiveConfig) {
  const bridges = yield* Bridges.make(config, Bridges.roomsOf(config))
  return yield* Effect.forEach(
    bridges,
    (bridge) => Report.check(`live ${bridge.place.platform} ${bridge.place.room}`, judge(bridge)),
    { concurrency: mostAtOnce }
  )
})

const judge = Effect.fn("LiveChecks.judge")(
  function* (bridge: Bridge) {
    const joined = yield* Deferred.make<void>()
    const listener = {
      hear: () => undefined,
      skip: () => undefined,
      joined: Effect.asVoid(Deferred.succeed(joined, undefined))
    }
    yield* Effect.raceFirst(bridge.attend(listener), Deferred.await(joined))
    return Report.ok("can be joined")
  },
  Effect.catchAll((failure) =>
    Effect.succeed(
      failure.reason === "not-live"
        ? Report.warning(failure.message, "The server asks again until it is.")
        : Report.broken(failure.message, "Correct live_config, or see that the platform can be reached.")
    )
  )
)
