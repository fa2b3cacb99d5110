import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, ManagedRuntime } from "effect"
import * as fc from "fast-check"
import { Settings } from "../../src/config/Settings.ts"
import { Groups } from "../../src/group/Groups.ts"
import { Census } from "../../src/telemetry/Census.ts"
import { systemConfig } from "../support/Fixtures.ts"
import * as GroupModel from "./GroupModel.ts"
import * as GroupSteps from "./GroupSteps.ts"
import * as LightGuest from "./LightGuest.ts"

const layer = Layer.provideMerge(
  Groups.layer,
  Layer.merge(Census.layer, Layer.succeed(Settings, { folder: ".", system: systemConfig }))
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
      await fc.assert(
        fc.asyncProperty(
          fc.commands(GroupSteps.commands, { maxCommands: 25, size: "max" }),
          async (commands) => {
            const real: GroupModel.Real = {
              groups,
              connect: (uid) => Effect.provideService(LightGuest.connect(uid), Groups, groups),
              guests: new Map(),
              gone: [],
              run
            }
            try {
              const model = GroupModel.model()
              await GroupSteps.setUp(model, real)
              await fc.asyncModelRun(() => ({ model, real }), commands)
            } finally {
              await run(Effect.forEach(real.guests.values(), ({ leave }) => leave))
            }
            expect(await run(census.counts)).toEqual({})
            expect(await run(groups.counts)).toEqual({ groups: 0, members: 0 })
          }
        ),
        { numRuns: 1000 }
      )
      await runtime.dispose()
    }
  )
})
