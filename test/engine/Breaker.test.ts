import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import * as Breaker from "../../src/engine/Breaker.ts"
import { after } from "../support/Steps.ts"

type Failure = Breaker.Judged & { readonly said: string }

const down: Failure = { said: "down" }

/** An engine that is up or down, and how often it was asked. */
const engine = () => {
  const breaker = Breaker.make<Failure>()
  const state = { asked: 0, answer: Effect.fail(down) as Effect.Effect<string, Failure> }
  const ask = breaker.run(
    Effect.suspend(() => {
      state.asked++
      return state.answer
    })
  )
  return { state, breaker, ask, askFor: (times: number) => Effect.replicateEffect(Effect.either(ask), times) }
}

describe("Breaker", () => {
  it.effect("asks an engine that is down no more, and says what it failed with", () =>
    Effect.gen(function* () {
      const { askFor, breaker, state } = engine()
      const answers = yield* askFor(10)
      assert.strictEqual(state.asked, 3)
      assert.isTrue(answers.every((answer) => answer._tag === "Left" && answer.left.said === "down"))
      assert.isTrue(yield* breaker.isOpen)
    })
  )

  it.effect("tries it once after a pause that grows, and lets all through when it is back", () =>
    Effect.gen(function* () {
      const { askFor, state } = engine()
      yield* askFor(3)
      yield* TestClock.adjust("9 seconds")
      yield* askFor(5)
      assert.strictEqual(state.asked, 3)
      yield* TestClock.adjust("1 seconds")
      yield* askFor(5)
      assert.strictEqual(state.asked, 4)
      yield* TestClock.adjust("19 seconds")
      yield* askFor(5)
      assert.strictEqual(state.asked, 4)
      state.answer = Effect.succeed("up")
      yield* TestClock.adjust("1 seconds")
      yield* askFor(5)
      assert.strictEqual(state.asked, 9)
    })
  )

  it.effect("never waits longer than five minutes", () =>
    Effect.gen(function* () {
      const { askFor, state } = engine()
      yield* askFor(3)
      for (let hour = 0; hour < 12; hour++) {
        yield* TestClock.adjust("5 minutes")
        const before = state.asked
        yield* askFor(2)
        assert.strictEqual(state.asked, before + 1)
      }
    })
  )

  it.effect("lets one job at a time try it, and the next one if that is interrupted", () =>
    Effect.gen(function* () {
      const { ask, askFor, state } = engine()
      yield* askFor(3)
      yield* TestClock.adjust("10 seconds")
      state.answer = Effect.never
      const trial = yield* Effect.fork(ask)
      yield* Effect.yieldNow()
      yield* askFor(5)
      assert.strictEqual(state.asked, 4)
      yield* Fiber.interrupt(trial)
      state.answer = Effect.succeed("up")
      yield* askFor(1)
      assert.strictEqual(state.asked, 5)
    })
  )

  it.effect("is down until a job has tried it, or something else says that it is back", () =>
    Effect.gen(function* () {
      const { askFor, breaker, state } = engine()
      yield* askFor(3)
      yield* TestClock.adjust("10 seconds")
      assert.isTrue(yield* breaker.isOpen)
      yield* breaker.succeeded
      assert.isFalse(yield* breaker.isOpen)
      yield* askFor(1)
      assert.strictEqual(state.asked, 4)
    })
  )

  it.effect("does not count what is not the engine's fault, nor failures with successes between", () =>
    Effect.gen(function* () {
      const { askFor, state } = engine()
      state.answer = Effect.fail({ said: "bad text", fault: false })
      yield* askFor(9)
      assert.strictEqual(state.asked, 9)
      for (let time = 0; time < 3; time++) {
        state.answer = Effect.fail(down)
        yield* askFor(2)
        state.answer = Effect.succeed("up")
        yield* askFor(1)
      }
      assert.strictEqual(state.asked, 18)
    })
  )

  it.effect("lets nobody wait in vain for a second time", () =>
    Effect.gen(function* () {
      const { askFor, breaker, state } = engine()
      state.answer = Effect.fail({ said: "too slow", slow: true })
      yield* askFor(2)
      assert.strictEqual(state.asked, 1)
      assert.isTrue(yield* breaker.isOpen)
    })
  )

  it.effect("is tried by the next one, wherever the one that tries it is interrupted", () =>
    Effect.gen(function* () {
      // A fiber lets others run after so many steps: each time at another point of the way in.
      const stepsAtOnce = 64
      for (let steps = 0; steps < stepsAtOnce; steps++) {
        const { askFor, breaker } = engine()
        yield* askFor(3)
        yield* TestClock.adjust("10 seconds")
        const trying = yield* after(steps, breaker.run(Effect.never)).pipe(
          Effect.withMaxOpsBeforeYield(stepsAtOnce),
          Effect.fork
        )
        yield* Effect.yieldNow()
        yield* Fiber.interrupt(trying)
        assert.strictEqual(yield* breaker.run(Effect.succeed("up")), "up", `after ${steps} steps`)
      }
    })
  )
})
