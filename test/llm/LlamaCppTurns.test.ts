import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as LlamaCppTurns from "../../src/llm/LlamaCppTurns.ts"

const settled = Effect.repeatN(Effect.yieldNow(), 20)

describe("LlamaCppTurns", () => {
  it.effect("begins no answer beside another of its conversation when one that waited leaves", () =>
    Effect.gen(function* () {
      const inTurn = LlamaCppTurns.make()
      const journal: Array<string> = []
      const hold = (name: string) =>
        Effect.fork(
          inTurn(
            "a",
            Effect.zipRight(
              Effect.sync(() => journal.push(name)),
              Effect.never
            )
          )
        ).pipe(Effect.tap(settled))
      const first = yield* hold("first")
      const second = yield* hold("second")
      const third = yield* hold("third")
      yield* Fiber.interrupt(second)
      yield* Fiber.interrupt(third)
      const fourth = yield* hold("fourth")
      assert.deepStrictEqual(journal, ["first"])
      yield* Fiber.interrupt(first)
      yield* settled
      assert.deepStrictEqual(journal, ["first", "fourth"])
      // Also one that is interrupted before it has begun to wait holds nobody up.
      const fifth = yield* Effect.fork(inTurn("a", Effect.never))
      yield* Fiber.interrupt(fifth)
      yield* Fiber.interrupt(fourth)
      yield* hold("sixth")
      assert.deepStrictEqual(journal, ["first", "fourth", "sixth"])
    })
  )
})
