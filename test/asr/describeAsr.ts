import { assert, describe, layer } from "@effect/vitest"
import { Effect, Fiber, Schedule } from "effect"
import type { Layer, Scope } from "effect"
import type { Asr } from "../../src/asr/Asr.ts"
import type { EngineUnavailable } from "../../src/engine/EngineUnavailable.ts"
import * as Speech from "../support/Speech.ts"

interface Contract<R, E> {
  readonly layer: Layer.Layer<R, E>
  readonly open: Effect.Effect<Asr, EngineUnavailable, R | Scope.Scope>
  /** Jobs that the engine has now, with those that still stop. */
  readonly jobs: Effect.Effect<number, unknown, R | Scope.Scope>
  /** Ends what runs the engine, in the middle of whatever it does. */
  readonly kill: Effect.Effect<void, never, R | Scope.Scope>
}

const story = [
  "This is a rather long story about a little boat.",
  "It was made of wood and it was painted green.",
  "Every morning an old man took it out to the sea.",
  "He wanted to catch fish for his family.",
  "One day the wind was very strong and the waves were high.",
  "The boat went up and down and the man was afraid.",
  "He could not see the land any more.",
  "Then he saw a light and he followed it.",
  "It was the light of his own house.",
  "His children had put a lamp in the window.",
  "They were all happy to see him again.",
  "That night it rained and the sea was loud.",
  "In the morning the sun was shining again.",
  "Finally the boat and the man were at home."
]

const idle = <R>(jobs: Effect.Effect<number, unknown, R>) =>
  Effect.repeat(Effect.orDie(jobs), {
    until: (count) => count === 0,
    schedule: Schedule.spaced("20 millis")
  })

/** What every recogniser has to do, whatever it is made of. */
export const describeAsr = <R, E>(name: string, contract: Contract<R, E>) => {
  describe(`${name}: the contract of a recogniser`, () => {
    layer(contract.layer, { excludeTestServices: true })((it) => {
      it.scoped(
        "recognises what is said, several utterances at once each for itself",
        () =>
          Effect.gen(function* () {
            const asr = yield* contract.open
            const texts = [
              "The weather is nice today.",
              "Please open the window.",
              "Good morning, my friend."
            ]
            const sounds = yield* Speech.sayAll(texts)
            const heard = yield* Effect.forEach(sounds, asr.transcribe, { concurrency: "unbounded" })
            for (const [index, text] of texts.entries())
              assert.isAtMost(Speech.wordErrors(text, heard[index]!), 0.25, `${text} / ${heard[index]}`)
          }),
        60_000
      )

      it.scoped(
        "recognises nothing in silence, in noise and in no samples at all",
        () =>
          Effect.gen(function* () {
            const asr = yield* contract.open
            assert.strictEqual(yield* asr.transcribe(new Float32Array(0)), "")
            assert.strictEqual(yield* asr.transcribe(new Float32Array(32_000)), "")
          }),
        60_000
      )

      it.scoped(
        "hears the words of a long utterance to its end",
        () =>
          Effect.gen(function* () {
            const asr = yield* contract.open
            const said = yield* Speech.sayAll(story)
            const samples = Speech.join(...said)
            assert.isAbove(samples.length, 32 * 16_000)
            const heard = yield* asr.transcribe(samples)
            assert.isAtMost(Speech.wordErrors(story.join(" "), heard), 0.25, heard)
          }),
        120_000
      )

      it.scoped(
        "forgets what is interrupted, and is free again",
        () =>
          Effect.gen(function* () {
            const asr = yield* contract.open
            const sound = yield* Speech.say("Nobody waits for what is said here.")
            const given = yield* Effect.forEach([1, 2, 3, 4], () => Effect.fork(asr.transcribe(sound)))
            yield* Effect.sleep("100 millis")
            yield* Fiber.interruptAll(given)
            yield* idle(contract.jobs)
            assert.match(yield* asr.transcribe(yield* Speech.say("Good morning.")), /morning/iu)
          }),
        60_000
      )

      it.scoped(
        "a death in the middle of the work costs that utterance only",
        () =>
          Effect.gen(function* () {
            const asr = yield* contract.open
            const long = Speech.join(
              ...Array<Float32Array>(8).fill(yield* Speech.say("Nobody hears this to its end."))
            )
            const lost = yield* Effect.fork(Effect.flip(asr.transcribe(long)))
            // With pauses, in which a server on this machine gets to accept the connection.
            yield* Effect.repeat(Effect.orDie(contract.jobs), {
              until: (count) => count > 0,
              schedule: Schedule.spaced("5 millis")
            })
            yield* contract.kill
            const failure = yield* Fiber.join(lost)
            assert.strictEqual(failure._tag, "TranscriptionFailed")
            assert.match(failure.message, /say that again/u)
            assert.match(yield* asr.transcribe(yield* Speech.say("Good morning.")), /morning/iu)
          }),
        60_000
      )
    })
  })
}
