import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, ManagedRuntime } from "effect"
import { Settings } from "../../src/config/Settings.ts"
import { Groups } from "../../src/group/Groups.ts"
import { Alarms } from "../../src/supervision/Alarms.ts"
import { Census } from "../../src/telemetry/Census.ts"
import { systemConfig } from "../support/Fixtures.ts"
import { assertModel } from "./GroupRuns.ts"
import * as LightGuest from "./LightGuest.ts"

const layer = Layer.provideMerge(
  Groups.layer,
  Layer.mergeAll(Alarms.layer, Census.layer, Layer.succeed(Settings, { folder: ".", system: systemConfig }))
)

describe("groups", () => {
  it(
    "are what a simple model of them is, whatever comes in whatever order",
    { timeout: 120_000 },
    async () => {
      const runtime = ManagedRuntime.make(layer)
      const groups = await runtime.runPromise(Groups)
      const census = await runtime.runPromise(Census)
      const run = <A>(effect: Effect.Effect<A>) => runtime.runPromise(Effect.withTracerEnabled(effect, false))
      await assertModel({
        groups,
        connect: (uid) => Effect.provide(LightGuest.connect(uid), runtime),
        run,
        maxCommands: 25,
        numRuns: 1000,
        nothingLeft: async () => {
          expect(await run(census.counts)).toEqual({})
          expect(await run(groups.counts)).toEqual({ groups: 0, members: 0 })
        }
      })
      await runtime.dispose()
    }
  )
})
