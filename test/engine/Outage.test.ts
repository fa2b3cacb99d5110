import { assert, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import * as Outage from "../../src/engine/Outage.ts"

it.effect("is news once, and again after an engine has been back", () =>
  Effect.gen(function* () {
    const { failed, worked } = Outage.make()
    assert.isTrue(yield* failed)
    assert.isFalse(yield* failed)
    // One job done may be chance, shortly after.
    yield* worked
    assert.isFalse(yield* failed)
    yield* Effect.replicateEffect(worked, 3)
    assert.isTrue(yield* failed)
    yield* TestClock.adjust("10 seconds")
    assert.isFalse(yield* failed)
    yield* worked
    assert.isTrue(yield* failed)
  })
)
