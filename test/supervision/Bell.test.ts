import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as Bell from "../../src/supervision/Bell.ts"

/** Lets everything happen that waits for nothing but its turn. */
const settle = Effect.repeatN(Effect.yieldNow(), 20)

describe("Bell", () => {
  it.effect("wakes only those for whom it is so, and nobody before it rings", () =>
    Effect.gen(function* () {
      const bell = Bell.make()
      const awake: Array<number> = []
      let count = 0
      for (const wanted of [3, 1, 2, 2])
        yield* Effect.fork(
          Effect.map(
            bell.until(() => count >= wanted),
            () => void awake.push(wanted)
          )
        )
      yield* settle
      count = 2
      yield* settle
      expect(awake).toEqual([])
      bell.ring()
      yield* settle
      expect(awake).toEqual([1, 2, 2])
      bell.ring()
      yield* settle
      expect(awake).toEqual([1, 2, 2])
      count = 3
      bell.ring()
      yield* settle
      expect(awake).toEqual([1, 2, 2, 3])
    })
  )

  it.effect("does not have anybody wait for what is so already", () =>
    Effect.gen(function* () {
      const bell = Bell.make()
      const fiber = yield* Effect.fork(bell.until(() => true))
      yield* settle
      expect(fiber.unsafePoll()).not.toBeNull()
    })
  )

  it.effect("asks nobody who has gone on", () =>
    Effect.gen(function* () {
      const bell = Bell.make()
      let asked = 0
      let isSo = false
      const looks = () => {
        asked++
        return isSo
      }
      const later = yield* Effect.fork(bell.until(looks))
      yield* settle
      isSo = true
      yield* bell.until(looks)
      bell.ring()
      yield* Fiber.join(later)
      asked = 0
      bell.ring()
      expect(asked).toBe(0)
    })
  )

  it.effect("forgets whoever is interrupted, and wakes the others", () =>
    Effect.gen(function* () {
      const bell = Bell.make()
      let asked = 0
      let isSo = false
      const interrupted = yield* Effect.fork(
        bell.until(() => {
          asked++
          return isSo
        })
      )
      const other = yield* Effect.fork(bell.until(() => isSo))
      yield* settle
      yield* Fiber.interrupt(interrupted)
      asked = 0
      isSo = true
      bell.ring()
      yield* Fiber.join(other)
      expect(asked).toBe(0)
    })
  )
})
