import { assert, describe, layer } from "@effect/vitest"
import { Effect, Fiber, Schedule } from "effect"
import type { Layer } from "effect"
import * as Pcm from "../../src/audio/Pcm.ts"
import type { EnginePool } from "../../src/engine/EnginePool.ts"
import { TtsEngines } from "../../src/tts/Tts.ts"
import type { TtsConfig } from "../../src/config/TtsConfig.ts"

interface Contract<R, E> {
  readonly config: TtsConfig
  readonly layer: Layer.Layer<TtsEngines | EnginePool | R, E>
  /** How many texts the engine is at work on, asked of the engine itself. */
  readonly running: Effect.Effect<number, unknown, TtsEngines | EnginePool | R>
}

/** The loudest sample. */
export const peak = ({ samples }: Pcm.Pcm) =>
  samples.reduce((loudest, sample) => Math.max(loudest, Math.abs(sample)), 0)

/** Opens the voice that a configuration asks for. */
export const open = (config: TtsConfig) => Effect.flatMap(TtsEngines, (engines) => engines.open(config))

/** Waits, up to ten seconds, until a count is as wanted. */
export const until = <E, R>(count: Effect.Effect<number, E, R>, wanted: (count: number) => boolean) =>
  Effect.gen(function* () {
    let last = Number.NaN
    const reached = Effect.map(count, (now) => {
      last = now
      return wanted(now)
    })
    yield* Effect.repeat(reached, {
      until: (is: boolean) => is,
      schedule: Schedule.intersect(Schedule.spaced("20 millis"), Schedule.recurs(500))
    })
    assert.isTrue(wanted(last), `the count stayed at ${last}`)
  })

const long = "This sentence is never heard by anybody at all. ".repeat(20)

/** What every voice has to do, whatever it is made of. */
export const describeTts = <R, E>(name: string, contract: Contract<R, E>) => {
  const voice = open(contract.config)
  describe(`${name}: the contract of a voice`, () => {
    layer(contract.layer, { excludeTestServices: true })((it) => {
      it.scoped("speaks audibly, longer for longer sentences", () =>
        Effect.gen(function* () {
          const tts = yield* voice
          assert.strictEqual(tts.engine, contract.config.tts_model)
          const short = yield* tts.synthesize("Hello there.")
          const long = yield* tts.synthesize(
            "Hello there, and a very good morning to all of you who came here today."
          )
          assert.isAbove(peak(short), 1000)
          assert.isAbove(Pcm.duration(short), 300)
          assert.isBelow(Pcm.duration(short), 3000)
          assert.isAbove(Pcm.duration(long), 1.5 * Pcm.duration(short))
        })
      )

      it.scoped("gives no samples for what has nothing to say", () =>
        Effect.gen(function* () {
          const tts = yield* voice
          for (const text of ["", " \n", "...", "\u{1F600}", "?!", "-- \u2026 \u3002"]) {
            const { sampleRate, samples } = yield* tts.synthesize(text)
            assert.strictEqual(samples.length, 0, JSON.stringify(text))
            assert.isAbove(sampleRate, 0)
          }
        })
      )

      it.scoped("survives odd texts and those of other languages", () =>
        Effect.gen(function* () {
          const tts = yield* voice
          for (const text of [
            "-o /etc/passwd",
            "--help",
            "nul \0 byte",
            "\u65e5\u672c\u8a9e \u{1F600}",
            "\u4f60\u597d\uff0c\u4e16\u754c\u3002\u4eca\u5929\u5929\u6c14\u5f88\u597d\u3002",
            "\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440.",
            "\u0645\u0631\u062d\u0628\u0627",
            "\ud800 lone",
            "%s%n <b>&amp;</b>"
          ]) {
            const outcome = yield* Effect.either(tts.synthesize(text))
            if (outcome._tag === "Left") assert.strictEqual(outcome.left._tag, "SynthesisFailed")
            else assert.isAbove(outcome.right.sampleRate, 0)
          }
          assert.isAbove(peak(yield* tts.synthesize("Still here.")), 1000)
        })
      )

      it.scoped("gives each of several sentences its own sound", () =>
        Effect.gen(function* () {
          const tts = yield* voice
          const sounds = yield* Effect.forEach(
            [
              "One.",
              "Two and two, and two once more.",
              "Three, three and three, and after that many more threes until the end."
            ],
            tts.synthesize,
            { concurrency: "unbounded" }
          )
          assert.isTrue(sounds.every((sound) => peak(sound) > 1000))
          const lengths = sounds.map(Pcm.duration)
          assert.deepStrictEqual(
            lengths.toSorted((a, b) => a - b),
            lengths
          )
        })
      )

      it.scoped("forgets what is interrupted, is free soon, and goes on", () =>
        Effect.gen(function* () {
          const tts = yield* voice
          const given = yield* Effect.forEach([1, 2, 3, 4, 5], () => Effect.fork(tts.synthesize(long)))
          yield* until(contract.running, (count) => count > 0)
          yield* Fiber.interruptAll(given)
          yield* until(contract.running, (count) => count === 0)
          assert.isAbove(peak(yield* tts.synthesize("Next.")), 1000)
        })
      )
    })
  })
}
