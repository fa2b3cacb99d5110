import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, TestClock } from "effect"
import { Census } from "../../src/telemetry/Census.ts"
import * as UtteranceLine from "../../src/wake/UtteranceLine.ts"

const tick = TestClock.adjust("1 millis")

describe("what waits to be looked through", () => {
  it.scoped("goes in order, not more of it than has room, and tells when nothing is left", () =>
    Effect.gen(function* () {
      const line = UtteranceLine.make<number>(yield* Effect.scope, yield* Census)
      const open = yield* Deferred.make<void>()
      const seen: Array<number> = []
      const look = (said: number) =>
        Effect.zipRight(
          Deferred.await(open),
          Effect.sync(() => seen.push(said))
        )
      const idle = yield* Effect.fork(line.idle)
      yield* Fiber.join(idle)
      yield* line.enter(0, look)
      yield* tick
      for (let said = 1; said <= 2 * UtteranceLine.mostWaiting; said++) yield* line.enter(said, look)
      const waiting = yield* Effect.fork(Effect.as(line.idle, seen.length))
      yield* tick
      expect(waiting.unsafePoll()).toBeNull()
      expect(line.isEmpty()).toBe(false)
      yield* Deferred.succeed(open, undefined)
      yield* Fiber.join(waiting)
      expect(seen).toEqual([0, 5, 6, 7, 8])
      expect(line.isEmpty()).toBe(true)
    }).pipe(Effect.provide(Census.layer))
  )

  it.scoped("goes on when a look dies, and is gone when it is cleared", () =>
    Effect.gen(function* () {
      const line = UtteranceLine.make<string>(yield* Effect.scope, yield* Census)
      const seen: Array<string> = []
      const look = (said: string) =>
        said === "dies" ? Effect.die("inside") : Effect.sync(() => seen.push(said))
      yield* line.enter("dies", look)
      yield* line.enter("lives", look)
      yield* tick
      expect(seen).toEqual(["lives"])
      yield* line.enter("never", () => Effect.never)
      yield* line.enter("after", look)
      yield* tick
      yield* line.clear
      yield* line.idle
      yield* line.enter("next", look)
      yield* tick
      expect(seen).toEqual(["lives", "next"])
    }).pipe(Effect.provide(Census.layer))
  )
})
