import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Option, TestClock } from "effect"
import type { Asr, Listener } from "../../src/asr/Asr.ts"
import * as Listening from "../../src/conversation/Listening.ts"

const samples = new Float32Array(1600).fill(0.5)

/** A recogniser whose listeners are this one, and what has become of them. */
const recogniser = (listener: Listener) =>
  Effect.gen(function* () {
    const state = { open: 0, heard: 0 }
    const closed = yield* Deferred.make<void>()
    const hear: Listener["hear"] = (samples) => Effect.suspend(() => (state.heard++, listener.hear(samples)))
    const asr: Asr = {
      engine: "patient",
      transcribe: () => Effect.dieMessage("not asked"),
      listen: Effect.acquireRelease(
        Effect.sync(() => (state.open++, { ...listener, hear })),
        () =>
          Effect.zipRight(
            Effect.sync(() => void state.open--),
            Deferred.succeed(closed, undefined)
          )
      )
    }
    const listening = Listening.make(
      { asr: Effect.succeed(asr), onPartial: () => Effect.void },
      yield* Effect.scope
    )
    return { closed: Deferred.await(closed), listening, state }
  })

const attentive: Listener = { hear: () => Effect.succeed("good"), finish: Effect.succeed("good morning") }

describe("Listening", () => {
  it.scoped("answers what a listener made of the utterance", () =>
    Effect.gen(function* () {
      const { listening, state } = yield* recogniser(attentive)
      yield* listening.begin
      yield* listening.hear(samples)
      assert.deepStrictEqual(yield* yield* listening.finish, Option.some("good morning"))
      assert.deepStrictEqual(state, { open: 0, heard: 1 })
    })
  )

  for (const [what, listener] of [
    ["takes no more samples", { ...attentive, hear: () => Effect.never }],
    ["gives no transcript", { ...attentive, finish: Effect.never }]
  ] as const)
    it.scoped(`does not wait for ever for a listener that ${what}, and closes it`, () =>
      Effect.gen(function* () {
        const { listening, state } = yield* recogniser(listener)
        yield* listening.begin
        yield* listening.hear(samples)
        const transcript = yield* Effect.fork(yield* listening.finish)
        yield* TestClock.adjust("14 seconds")
        assert.isNull(transcript.unsafePoll())
        yield* TestClock.adjust("1 seconds")
        assert.deepStrictEqual(yield* Fiber.join(transcript), Option.none())
        assert.strictEqual(state.open, 0)
      })
    )

  it.scoped("waits as long as a listener says that it may take", () =>
    Effect.gen(function* () {
      const finish = Effect.delay(Effect.succeed("late"), "50 seconds")
      const { listening } = yield* recogniser({ ...attentive, finish, patience: Duration.minutes(1) })
      yield* listening.begin
      yield* listening.hear(samples)
      const transcript = yield* Effect.fork(yield* listening.finish)
      yield* TestClock.adjust("50 seconds")
      assert.deepStrictEqual(yield* Fiber.join(transcript), Option.some("late"))
    })
  )

  it.scoped("gives up an utterance that goes on no more and has no end", () =>
    Effect.gen(function* () {
      const { closed, listening, state } = yield* recogniser(attentive)
      yield* listening.begin
      yield* listening.hear(samples)
      yield* TestClock.adjust("29 seconds")
      yield* listening.hear(samples)
      yield* TestClock.adjust("29 seconds")
      assert.deepStrictEqual(state, { open: 1, heard: 2 })
      yield* TestClock.adjust("1 seconds")
      yield* closed
      yield* listening.hear(samples)
      assert.deepStrictEqual(yield* yield* listening.finish, Option.none())
      assert.strictEqual(state.heard, 2)
    })
  )
})
