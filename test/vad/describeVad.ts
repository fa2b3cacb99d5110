import { assert, describe, layer } from "@effect/vitest"
import { Effect, Exit, Fiber, Scope } from "effect"
import type { Layer } from "effect"
import type { VadConfig } from "../../src/config/VadConfig.ts"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import * as SpeechDetector from "../../src/vad/SpeechDetector.ts"
import { VadEngines } from "../../src/vad/Vad.ts"
import type { Vad } from "../../src/vad/Vad.ts"
import type { Window } from "../../src/vad/Window.ts"
import * as Speech from "../support/Speech.ts"

interface Contract {
  readonly config: VadConfig
  readonly layer: Layer.Layer<VadEngines | EnginePool>
  /** Ends the engine's process in the middle of its work. */
  readonly kill: Effect.Effect<void, never, EnginePool>
}

/** Upstream's usual values. */
export const rules: SpeechDetector.Rules = {
  probThreshold: 0.4,
  dbThreshold: 60,
  requiredHits: 3,
  requiredMisses: 24,
  smoothingWindow: 5
}

export const hear = (vad: Vad, audio: Float32Array, length?: number) =>
  Effect.map(Effect.forEach(Speech.chunks(audio, length), vad.listen), (windows) => windows.flat())

/** The utterances in it. */
export const utterances = (windows: ReadonlyArray<Window>) => {
  const detector = SpeechDetector.make()
  return windows.flatMap((window) => {
    const event = detector.push(window, rules)
    return event?._tag === "Ended" ? [event.utterance] : []
  })
}

const samplesOf = (windows: ReadonlyArray<Window>) => Speech.join(...windows.map(({ samples }) => samples))

const said = (windows: ReadonlyArray<Window>) =>
  windows.map(({ decibels, probability }) => ({ decibels, probability }))

const areSame = (one: Float32Array, two: Float32Array) =>
  one.length === two.length && one.every((sample, at) => sample === two[at])

/** Where `part` is in `whole`, or -1. */
const indexIn = (whole: Float32Array, part: Float32Array) =>
  whole.findIndex((_, at) => part.every((sample, index) => whole[at + index] === sample))

/** What every listener has to do, whatever it is made of. */
export const describeVad = (name: string, contract: Contract) => {
  const listener = Effect.flatMap(VadEngines, (engines) => engines.open(contract.config))

  describe(`${name}: the contract of a listener`, () => {
    layer(contract.layer, { excludeTestServices: true })((it) => {
      it.scoped("gives the audio back as windows, in order, whatever chunks it came in", () =>
        Effect.gen(function* () {
          const audio = Speech.trimmed(yield* Speech.say("One two three, four five six."))
          const ways = yield* Effect.forEach([4096, 100, 16_000, 511], (length) =>
            Effect.flatMap(listener, (vad) => hear(vad, audio, length))
          )
          const whole = audio.subarray(0, audio.length - (audio.length % 512))
          for (const windows of ways) {
            assert.isTrue(areSame(samplesOf(windows), whole))
            assert.deepStrictEqual(said(windows), said(ways[0]!))
          }
        })
      )

      it.scoped("takes silence and noise for no speech", () =>
        Effect.gen(function* () {
          const vad = yield* listener
          const hum = Float32Array.from(Speech.seconds(3), (_, at) => 0.3 * Math.sin(at * 0.05))
          const noise = Float32Array.from(
            Speech.seconds(3),
            (_, at) => 0.2 * (((at * 7919) % 1000) / 500 - 1)
          )
          const windows = yield* hear(vad, Speech.join(Speech.seconds(3), hum, noise, Speech.seconds(2)))
          assert.isEmpty(utterances(windows))
          assert.isEmpty(yield* vad.listen(new Float32Array(0)))
        })
      )

      it.scoped("finds two utterances in silence, each whole from its first sound to its last", () =>
        Effect.gen(function* () {
          const vad = yield* listener
          // An f is soft: without the pre-roll it would be cut.
          const said = (yield* Speech.sayAll(["Fifty foxes found a fish.", "Thank you so much."])).map(
            Speech.trimmed
          )
          const silence = Speech.seconds(2)
          const found = utterances(
            yield* hear(vad, Speech.join(silence, said[0]!, silence, said[1]!, silence))
          )
          assert.lengthOf(found, 2)
          said.forEach((speech, index) => {
            const at = indexIn(found[index]!, speech)
            assert.isAtLeast(at, 0, "something of it is missing")
            // Not much more than the pre-roll before it.
            assert.isAtMost(at, SpeechDetector.preRoll + 2048)
            assert.isAtMost(found[index]!.length - at - speech.length, 16_000)
          })
        })
      )

      it.scoped("listens to each microphone by itself", () =>
        Effect.gen(function* () {
          const speech = Speech.join(
            Speech.seconds(1),
            Speech.trimmed(yield* Speech.say("This is one microphone.")),
            Speech.seconds(1)
          )
          const alone = yield* Effect.flatMap(listener, (vad) => hear(vad, speech))
          const [one, two] = [yield* listener, yield* listener]
          const together = yield* Effect.all(
            [hear(one, speech), hear(two, new Float32Array(speech.length))],
            {
              concurrency: 2
            }
          )
          assert.deepStrictEqual(said(together[0]), said(alone))
          assert.isTrue(together[1].every(({ probability }) => probability < 0.4))
        })
      )

      it.scoped("is not poisoned by what is no sample", () =>
        Effect.gen(function* () {
          const vad = yield* listener
          for (const sample of [Number.NaN, Infinity, -Infinity, 1e30]) {
            const odd = samplesOf(yield* vad.listen(new Float32Array(2048).fill(sample)))
            assert.isTrue(odd.every((sample) => Math.abs(sample) <= 1))
          }
          const silence = Speech.seconds(2)
          const speech = Speech.trimmed(yield* Speech.say("I am still here."))
          const windows = yield* hear(vad, Speech.join(silence, speech, silence))
          assert.isTrue(windows.every(({ probability }) => probability >= 0 && probability <= 1))
          assert.lengthOf(utterances(windows), 1)
        })
      )

      it.scoped("forgets what is interrupted and goes on", () =>
        Effect.gen(function* () {
          const vad = yield* listener
          const listening = yield* Effect.fork(vad.listen(Speech.seconds(20)))
          yield* Effect.sleep("5 millis")
          yield* Fiber.interrupt(listening)
          const silence = Speech.seconds(1)
          const speech = Speech.trimmed(yield* Speech.say("Next, please."))
          assert.lengthOf(utterances(yield* hear(vad, Speech.join(silence, speech, silence))), 1)
        })
      )

      it.scoped("a process that is killed in the middle of it costs no window", () =>
        Effect.gen(function* () {
          const silence = Speech.seconds(1)
          const audio = Speech.join(
            silence,
            Speech.trimmed(yield* Speech.say("Nobody will ever notice that.")),
            Speech.seconds(20)
          )
          const undisturbed = yield* Effect.flatMap(listener, (vad) => hear(vad, audio))
          const vad = yield* listener
          const [first, second] = [audio.subarray(0, 24_000), audio.subarray(24_000)]
          const before = yield* hear(vad, first)
          const listening = yield* Effect.fork(vad.listen(second))
          yield* contract.kill
          const windows = [...before, ...(yield* Fiber.join(listening))]
          assert.isTrue(areSame(samplesOf(windows), samplesOf(undisturbed)))
          assert.deepStrictEqual(said(windows), said(undisturbed))
        })
      )

      it.scoped("fails once its scope has closed, instead of waiting for ever", () =>
        Effect.gen(function* () {
          const scope = yield* Scope.make()
          const vad = yield* Scope.extend(listener, scope)
          const listening = yield* Effect.fork(Effect.flip(vad.listen(Speech.seconds(60))))
          yield* Effect.sleep("5 millis")
          yield* Scope.close(scope, Exit.void)
          assert.strictEqual((yield* Fiber.join(listening))._tag, "DetectionFailed")
          assert.strictEqual((yield* Effect.flip(vad.listen(Speech.seconds(1))))._tag, "DetectionFailed")
        })
      )
    })
  })
}
