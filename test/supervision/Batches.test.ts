import { describe, expect, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Scope, TestClock } from "effect"
import * as Batches from "../../src/supervision/Batches.ts"
import { nextRound } from "../../src/supervision/NextRound.ts"

/** Lets everything happen that waits for nothing but its turn. */
const settle = Effect.repeatN(nextRound, 10)
const pause = "30 millis"

/** Doubles numbers, and refuses those below zero; remembers in which batches they came. */
const doubling = Effect.gen(function* () {
  const batches: Array<ReadonlyArray<number>> = []
  const double = yield* Batches.make({
    pause,
    most: 3,
    run: (batch: ReadonlyArray<number>) =>
      Effect.sync(() => {
        batches.push(batch)
        return batch.map((one) => (one < 0 ? Exit.fail("below zero" as const) : Exit.succeed(2 * one)))
      })
  })
  const all = (numbers: ReadonlyArray<number>) => Effect.forEach(numbers, (one) => Effect.fork(double(one)))
  return { batches, double, all }
})

describe("Batches", () => {
  it.scoped("holds nobody up who comes alone, and does together what comes within the pause", () =>
    Effect.gen(function* () {
      const { all, batches, double } = yield* doubling
      expect(yield* double(1)).toBe(2)
      const [second] = yield* all([2])
      yield* settle
      const [third] = yield* all([3])
      yield* TestClock.adjust("29 millis")
      yield* settle
      expect(batches).toEqual([[1]])
      yield* TestClock.adjust("1 millis")
      expect(yield* Fiber.join(second!)).toBe(4)
      expect(yield* Fiber.join(third!)).toBe(6)
      expect(batches).toEqual([[1], [2, 3]])
      yield* TestClock.adjust(pause)
      expect(yield* double(4)).toBe(8)
    })
  )

  it.scoped("takes no more at once than it may, in the order in which they came", () =>
    Effect.gen(function* () {
      const { all, batches } = yield* doubling
      const asked = yield* all([1, 2, 3, 4, 5, 6, 7])
      yield* settle
      expect(batches).toEqual([[1, 2, 3]])
      yield* TestClock.adjust(pause)
      yield* settle
      yield* TestClock.adjust(pause)
      expect(yield* Effect.forEach(asked, Fiber.join)).toEqual([2, 4, 6, 8, 10, 12, 14])
      expect(batches).toEqual([[1, 2, 3], [4, 5, 6], [7]])
    })
  )

  it.scoped("gives each its own outcome", () =>
    Effect.gen(function* () {
      const { all } = yield* doubling
      const asked = yield* all([1, -1, 2])
      expect(yield* Effect.forEach(asked, Fiber.await)).toEqual([
        Exit.succeed(2),
        Exit.fail("below zero"),
        Exit.succeed(4)
      ])
    })
  )

  it.scoped("does nothing for one that is interrupted before its batch", () =>
    Effect.gen(function* () {
      const { all, batches, double } = yield* doubling
      yield* double(1)
      const [second, third] = yield* all([2, 3])
      yield* settle
      yield* Fiber.interrupt(second!)
      yield* TestClock.adjust(pause)
      expect(yield* Fiber.join(third!)).toBe(6)
      expect(batches).toEqual([[1], [3]])
    })
  )

  it.scoped("does nothing at all, and waits for nothing, when everybody has left", () =>
    Effect.gen(function* () {
      const { all, batches, double } = yield* doubling
      const [first] = yield* all([1])
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(first!)
      yield* settle
      expect(batches).toEqual([])
      expect(yield* double(2)).toBe(4)
    })
  )

  it.scoped("tells everybody in a batch that dies, and goes on", () =>
    Effect.gen(function* () {
      let state: "throws" | "dies" | "works" = "throws"
      const ask = yield* Batches.make({
        pause,
        most: 3,
        run: (batch: ReadonlyArray<number>) => {
          if (state === "throws") throw "broken"
          return state === "dies" ? Effect.die("broken") : Effect.succeed(batch.map(Exit.succeed))
        }
      })
      for (state of ["throws", "dies"] as const) {
        const asked = yield* Effect.forEach([1, 2], (one) => Effect.fork(ask(one)))
        expect(yield* Effect.forEach(asked, Fiber.await)).toEqual([Exit.die("broken"), Exit.die("broken")])
        yield* TestClock.adjust(pause)
      }
      state = "works"
      expect(yield* ask(3)).toBe(3)
    })
  )

  it.effect("ends with its scope: what has begun is done, and nobody waits for the rest", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const begun: Array<number> = []
      const done: Array<number> = []
      const ask = yield* Batches.make({
        pause,
        most: 1,
        run: (batch: ReadonlyArray<number>) =>
          Effect.suspend(() => {
            begun.push(...batch)
            return Effect.zipRight(
              Effect.sleep("1 second"),
              Effect.sync(() => {
                done.push(...batch)
                return batch.map(Exit.succeed)
              })
            )
          })
      }).pipe(Scope.extend(scope))
      const [first, second] = yield* Effect.forEach([1, 2], (one) => Effect.fork(ask(one)))
      yield* settle
      const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
      yield* settle
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(closing)
      expect(yield* Fiber.join(first!)).toBe(1)
      expect(Exit.isInterrupted(yield* Fiber.await(second!))).toBe(true)
      expect(Exit.isInterrupted(yield* Effect.exit(ask(3)))).toBe(true)
      expect([begun, done]).toEqual([[1], [1]])
    })
  )
})
