import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { afterOthers, nextRound } from "../../src/supervision/NextRound.ts"

/** Begins so many that wait, and keeps what has gone on. */
const waiting = Effect.fnUntraced(function* (count: number) {
  const gone: Array<number> = []
  const fibers: Array<Fiber.RuntimeFiber<void>> = []
  for (let number = 1; number <= count; number++)
    fibers.push(yield* Effect.fork(Effect.map(afterOthers, () => void gone.push(number))))
  yield* Effect.yieldNow()
  return { gone, fibers }
})

describe("afterOthers", () => {
  it.effect("lets one go on in each round, the first one first", () =>
    Effect.gen(function* () {
      const { gone } = yield* waiting(3)
      expect(gone).toEqual([])
      yield* nextRound
      expect(gone).toEqual([1])
      yield* nextRound
      expect(gone).toEqual([1, 2])
      yield* nextRound
      expect(gone).toEqual([1, 2, 3])
    })
  )

  it.effect("lets more go on where many wait", () =>
    Effect.gen(function* () {
      const { gone } = yield* waiting(20)
      yield* nextRound
      expect(gone).toEqual([1, 2, 3])
      yield* nextRound
      expect(gone).toEqual([1, 2, 3, 4, 5, 6])
      // For whoever comes after this test.
      while (gone.length < 20) yield* nextRound
    })
  )

  it.effect("passes by who has been interrupted, and goes on with who comes after all have gone", () =>
    Effect.gen(function* () {
      const { fibers, gone } = yield* waiting(2)
      yield* Fiber.interrupt(fibers[0]!)
      yield* nextRound
      expect(gone).toEqual([2])
      const alone = yield* waiting(1)
      yield* Fiber.interrupt(alone.fibers[0]!)
      // In the same round.
      const others = yield* waiting(2)
      yield* nextRound
      expect(others.gone).toEqual([1])
      yield* nextRound
      expect(others.gone).toEqual([1, 2])
    })
  )
})
