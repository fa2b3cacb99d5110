import { describe, expect, it } from "@effect/vitest"
import { Cause, Effect, Exit, FastCheck as fc, Scope, TestClock } from "effect"
import * as InOrder from "../../src/conversation/InOrder.ts"

interface Item {
  readonly index: number
  readonly ms: number
}

/** `dies`: the index of an item whose work dies. */
const watched = (dies?: number) => {
  const seen = { delivered: [] as Array<number>, now: 0, peak: 0, interrupted: 0 }
  const options: InOrder.Options<Item, number> = {
    parallel: 3,
    work: ({ index, ms }, hand) =>
      index === dies
        ? Effect.die("inside")
        : Effect.sync(() => (seen.peak = Math.max(seen.peak, ++seen.now))).pipe(
            Effect.zipRight(Effect.sleep(ms)),
            Effect.onInterrupt(() => Effect.sync(() => seen.interrupted++)),
            Effect.ensuring(Effect.sync(() => seen.now--)),
            Effect.map(() => hand(index))
          ),
    deliver: (index) => Effect.sync(() => void seen.delivered.push(index))
  }
  return { seen, options }
}

describe("InOrder", () => {
  it.effect.prop(
    "delivers in the order of the items, whatever each of them takes",
    [fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 12 })],
    ([times]) =>
      Effect.gen(function* () {
        const { options, seen } = watched()
        const scope = yield* Scope.make()
        const inOrder = yield* InOrder.make(options, scope)
        const all = yield* Effect.fork(
          Effect.zipRight(
            Effect.forEach(times, (ms, index) => inOrder.add({ ms, index })),
            inOrder.delivered
          )
        )
        yield* TestClock.adjust("2 seconds")
        expect(Exit.isSuccess(yield* all.await)).toBe(true)
        expect(seen.delivered).toEqual(times.map((_, index) => index))
        expect(seen.peak).toBeLessThanOrEqual(3)
        yield* Scope.close(scope, Exit.void)
      })
  )

  it.effect("delivers the first as soon as it is ready", () =>
    Effect.gen(function* () {
      const { options, seen } = watched()
      const inOrder = yield* InOrder.make(options, yield* Effect.scope)
      for (const [index, ms] of [10, 500, 20].entries()) yield* inOrder.add({ index, ms })
      yield* TestClock.adjust("10 millis")
      expect(seen.delivered).toEqual([0])
      yield* TestClock.adjust("490 millis")
      expect(seen.delivered).toEqual([0, 1, 2])
    }).pipe(Effect.scoped)
  )

  it.effect("dies of what an item died of, and delivers nothing after it", () =>
    Effect.gen(function* () {
      const { options, seen } = watched(1)
      const inOrder = yield* InOrder.make(options, yield* Effect.scope)
      for (const index of [0, 1, 2]) yield* inOrder.add({ index, ms: 10 })
      const done = yield* Effect.fork(Effect.exit(inOrder.delivered))
      yield* TestClock.adjust("10 millis")
      const exit = yield* Effect.flatten(done.await)
      expect(Exit.isFailure(exit) && Cause.squash(exit.cause)).toBe("inside")
      expect(seen.delivered).toEqual([0])
    }).pipe(Effect.scoped)
  )

  it.effect("begins with nothing more once an item has died", () =>
    Effect.gen(function* () {
      const { options, seen } = watched(0)
      const inOrder = yield* InOrder.make(options, yield* Effect.scope)
      yield* inOrder.add({ index: 0, ms: 0 })
      yield* TestClock.adjust("1 millis")
      const exit = yield* Effect.exit(inOrder.add({ index: 1, ms: 0 }))
      expect(Exit.isFailure(exit) && Cause.squash(exit.cause)).toBe("inside")
      expect(seen.peak).toBe(0)
    }).pipe(Effect.scoped)
  )

  it.effect("holds a place until the result has been delivered", () =>
    Effect.gen(function* () {
      const { options, seen } = watched()
      const inOrder = yield* InOrder.make(options, yield* Effect.scope)
      for (const [index, ms] of [500, 1, 1].entries()) yield* inOrder.add({ index, ms })
      const fourth = yield* Effect.fork(inOrder.add({ index: 3, ms: 1 }))
      yield* TestClock.adjust("499 millis")
      expect(fourth.unsafePoll()).toBeNull()
      yield* TestClock.adjust("10 millis")
      expect(seen.delivered).toEqual([0, 1, 2, 3])
    }).pipe(Effect.scoped)
  )

  it.effect("leaves nothing running when its scope closes", () =>
    Effect.gen(function* () {
      const { options, seen } = watched()
      const scope = yield* Scope.make()
      const inOrder = yield* InOrder.make(options, scope)
      for (const index of [0, 1, 2]) yield* inOrder.add({ index, ms: 1000 })
      yield* TestClock.adjust("1 millis")
      yield* Scope.close(scope, Exit.void)
      expect(seen).toEqual({ delivered: [], now: 0, peak: 3, interrupted: 3 })
    })
  )
})
