import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Scope, TestClock } from "effect"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import type { EngineSpec } from "../../src/engine/EnginePool.ts"
import { EngineUnavailable } from "../../src/engine/EngineUnavailable.ts"
import * as Garbage from "../support/Garbage.ts"
import { slow } from "../support/Journal.ts"
import type { Journal } from "../support/Journal.ts"

const broken = new EngineUnavailable({
  kind: "tts",
  engine: "slow",
  reason: "it broke",
  advice: "Try again."
})

const spec = (journal: Journal, id = "slow"): EngineSpec<string> => ({
  kind: "tts",
  id,
  load: Effect.as(slow(journal, id, "3 seconds"), `engine ${id}`)
})

const pool = EnginePool.layer({ idleTimeToLive: "5 minutes" })

/** A session that holds an engine until it is left. */
const borrower = (engine: EngineSpec<string>) =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    const fiber = yield* Effect.fork((yield* EnginePool).borrow(engine).pipe(Scope.extend(scope)))
    return {
      result: Fiber.join(fiber),
      leave: Effect.zipRight(Fiber.interrupt(fiber), Scope.close(scope, Exit.void))
    }
  })

const uses = Effect.flatMap(EnginePool, (pool) => pool.uses)

/** An engine whose specification can be watched: whether anything still holds it. */
const watched = (id: string, load: EngineSpec<string>["load"]) => {
  const held = { load }
  return {
    spec: { kind: "tts", id, load: Effect.suspend(() => held.load) } satisfies EngineSpec<string>,
    held: new WeakRef(held)
  }
}

const collectGarbage = Effect.promise(async () => {
  // What a weak reference has given is held until the end of the turn.
  for (let turn = 0; turn < 5; turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    Garbage.collect()
  }
})

describe("EnginePool", () => {
  it.effect("remembers nothing of an engine that is gone or has failed", () =>
    Effect.gen(function* () {
      const use = Effect.fnUntraced(function* (id: string, load: EngineSpec<string>["load"]) {
        const { held, spec } = watched(id, load)
        const one = yield* borrower(spec)
        yield* Effect.exit(one.result)
        yield* one.leave
        return held
      })
      const loaded = yield* use("loaded", Effect.succeed("engine"))
      const failed = yield* use("failed", broken)
      yield* TestClock.adjust("4 minutes")
      yield* collectGarbage
      expect(loaded.deref()).toBeDefined()
      yield* TestClock.adjust("2 minutes")
      yield* collectGarbage
      expect([loaded.deref(), failed.deref()]).toEqual([undefined, undefined])
    }).pipe(Effect.provide(pool))
  )

  it.effect("shares the next attempt with whoever tries the same again after a failure", () =>
    Effect.gen(function* () {
      let loads = 0
      const flaky: EngineSpec<number> = {
        kind: "tts",
        id: "flaky",
        load: Effect.suspend(() => (++loads === 1 ? broken : Effect.succeed(loads)))
      }
      const first = (yield* EnginePool).borrow(flaky)
      expect((yield* Effect.flip(first)).reason).toBe("it broke")
      expect(yield* (yield* EnginePool).borrow(flaky)).toBe(2)
      expect(yield* first).toBe(2)
      expect(yield* uses).toHaveLength(1)
    }).pipe(Effect.scoped, Effect.provide(pool))
  )

  it.effect("loads an engine once for all sessions, keeps it for the idle time, then frees it", () =>
    Effect.gen(function* () {
      const journal: Journal = []
      const one = yield* borrower(spec(journal))
      const two = yield* borrower(spec(journal))
      yield* TestClock.adjust("3 seconds")
      expect([yield* one.result, yield* two.result]).toEqual(["engine slow", "engine slow"])
      expect(journal).toEqual(["open slow"])
      expect(yield* uses).toEqual([{ kind: "tts", id: "slow", references: 2 }])
      yield* one.leave
      yield* two.leave
      expect(yield* uses).toEqual([{ kind: "tts", id: "slow", references: 0 }])
      yield* TestClock.adjust("4 minutes")
      const three = yield* borrower(spec(journal))
      yield* three.result
      yield* TestClock.adjust("10 minutes")
      expect(journal).toEqual(["open slow"])
      yield* three.leave
      yield* TestClock.adjust("5 minutes")
      expect(journal).toEqual(["open slow", "close slow"])
      expect(yield* uses).toEqual([])
    }).pipe(Effect.provide(pool))
  )

  it.effect("loads another engine for another configuration", () =>
    Effect.gen(function* () {
      const journal: Journal = []
      const one = yield* borrower(spec(journal, "a"))
      const two = yield* borrower(spec(journal, "b"))
      yield* TestClock.adjust("3 seconds")
      expect([yield* one.result, yield* two.result]).toEqual(["engine a", "engine b"])
    }).pipe(Effect.provide(pool))
  )

  it.effect("a waiter that leaves does not disturb another, nor does it wait for the load", () =>
    Effect.gen(function* () {
      const journal: Journal = []
      const one = yield* borrower(spec(journal))
      const two = yield* borrower(spec(journal))
      yield* TestClock.adjust("1 second")
      yield* one.leave
      expect(journal).toEqual([])
      yield* TestClock.adjust("2 seconds")
      expect(yield* two.result).toBe("engine slow")
    }).pipe(Effect.provide(pool))
  )

  it.effect("does not keep a failure, even for those who still hold the failed attempt", () =>
    Effect.gen(function* () {
      const journal: Journal = []
      const fail = yield* Deferred.make<never, EngineUnavailable>()
      const failing: EngineSpec<string> = { kind: "tts", id: "slow", load: Deferred.await(fail) }
      const one = yield* borrower(failing)
      const two = yield* borrower(failing)
      yield* TestClock.adjust("1 second")
      yield* Deferred.fail(fail, broken)
      expect(yield* Effect.flip(one.result)).toEqual(broken)

      // The next attempt is under way when the other holder of the failed one leaves.
      const three = yield* borrower(spec(journal))
      yield* TestClock.adjust("1 second")
      expect(yield* Effect.flip(two.result)).toEqual(broken)
      yield* two.leave
      yield* one.leave
      const four = yield* borrower(spec(journal))
      yield* TestClock.adjust("10 minutes")
      const five = yield* borrower(spec(journal))
      expect([yield* three.result, yield* four.result, yield* five.result]).toEqual(
        Array(3).fill("engine slow")
      )
      expect(journal).toEqual(["open slow"])
    }).pipe(Effect.provide(pool))
  )

  it.effect("closes what nobody holds side by side", () =>
    Effect.gen(function* () {
      const journal: Journal = []
      const stubborn = (id: string): EngineSpec<string> => ({
        kind: "mcp",
        id,
        load: Effect.acquireRelease(Effect.succeed(id), () =>
          Effect.sleep("2 seconds").pipe(Effect.zipRight(Effect.sync(() => journal.push(`close ${id}`))))
        )
      })
      const scope = yield* Scope.make()
      const pooled = yield* Layer.buildWithScope(pool, scope)
      for (const id of ["a", "b", "c", "d"]) {
        const one = yield* borrower(stubborn(id)).pipe(Effect.provide(pooled))
        yield* one.result
        yield* one.leave
      }
      const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
      yield* TestClock.adjust("2 seconds")
      expect(journal.toSorted()).toEqual(["close a", "close b", "close c", "close d"])
      yield* Fiber.join(closing)
    })
  )

  it.effect("closes everything with its scope", () =>
    Effect.gen(function* () {
      const journal: Journal = []
      yield* Effect.gen(function* () {
        const one = yield* borrower(spec(journal, "a"))
        yield* TestClock.adjust("3 seconds")
        yield* one.result
        yield* borrower(spec(journal, "b"))
        yield* TestClock.adjust("1 second")
      }).pipe(Effect.provide(pool))
      expect(journal).toEqual(["open a", "close a", "interrupt b"])
    })
  )
})
