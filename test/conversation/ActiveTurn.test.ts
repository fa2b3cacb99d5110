import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import * as ActiveTurn from "../../src/conversation/ActiveTurn.ts"
import type { TurnToken } from "../../src/conversation/Client.ts"

/** A turn that runs until it is stopped, and then stops only when it may. */
const turn = Effect.gen(function* () {
  const mayStop = yield* Deferred.make<void>()
  const seen: { token: TurnToken | undefined } = { token: undefined }
  const run = (token: TurnToken) =>
    Effect.suspend(() => {
      seen.token = token
      return Effect.onInterrupt(Effect.never, () => Deferred.await(mayStop))
    })
  return { run, seen, stops: Deferred.succeed(mayStop, undefined) }
})

const settle = Effect.repeatN(Effect.yieldNow(), 20)

describe("the turn of a session", () => {
  it.scoped("is stopped by whoever comes while it replaces another one", () =>
    Effect.gen(function* () {
      const active = ActiveTurn.make(yield* Effect.scope, yield* Effect.clock)
      const [first, second] = [yield* turn, yield* turn]
      yield* second.stops
      yield* active.start(first.run)
      const starts = yield* Effect.fork(active.start(second.run))
      yield* settle
      const stopped = yield* Effect.fork(active.interrupt())
      yield* settle
      yield* first.stops
      yield* Fiber.join(starts)
      expect(yield* Fiber.join(stopped)).toBe(true)
      expect(second.seen.token).toMatchObject({ stopped: true })
      expect(yield* active.isRunning).toBe(false)
    })
  )

  it.scoped("keeps what was heard of it, whoever else comes meanwhile", () =>
    Effect.gen(function* () {
      const active = ActiveTurn.make(yield* Effect.scope, yield* Effect.clock)
      const [first, second] = [yield* turn, yield* turn]
      yield* second.stops
      yield* active.start(first.run)
      const stopped = yield* Effect.fork(active.interrupt("Half of"))
      yield* settle
      const starts = yield* Effect.fork(active.start(second.run))
      const again = yield* Effect.fork(active.interrupt())
      yield* settle
      // What was heard of it stands, whoever else stops it.
      expect(first.seen.token).toEqual({ stopped: true, heard: "Half of" })
      yield* first.stops
      expect(yield* Fiber.join(stopped)).toBe(true)
      yield* Fiber.join(starts)
      yield* Fiber.join(again)
      expect(yield* active.interrupt()).toBe(false)
    })
  )

  it.scoped("is not stopped when it is over", () =>
    Effect.gen(function* () {
      const active = ActiveTurn.make(yield* Effect.scope, yield* Effect.clock)
      expect(yield* active.interrupt()).toBe(false)
      yield* active.start(() => Effect.void)
      yield* settle
      expect(yield* active.interrupt()).toBe(false)
    })
  )
})
