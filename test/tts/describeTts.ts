import { assert, describe, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import type { Layer } from "effect"
import * as Pcm from "../../src/audio/Pcm.ts"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import { TtsEngines } from "../../src/tts/Tts.ts"
import type { TtsConfig } from "../../src/config/TtsConfig.ts"

interface Contract<E> {
  readonly config: Effect.Effect<TtsConfig, E>
  readonly layer: Layer.Layer<TtsEngines | EnginePool, E>
}

const peak = ({ samples }: Pcm.Pcm) =>
  samples.reduce((loudest, sample) => Math.max(loudest, Math.abs(sample)), 0)

/** What every voice has to do, whatever it is made of. */
export const describeTts = <E>(name: string, contract: Contract<E>) => {
  const voice = Effect.gen(function* () {
    const engines = yield* TtsEngines
    return yield* engines.open(yield* contract.config)
  })
  describe(`${name}: the contract of a voice`, () => {
    layer(contract.layer, { excludeTestServices: true })((it) => {
      it.scoped("speaks audibly, longer for longer sentences", () =>
        Effect.gen(function* () {
          const tts = yield* voice
          assert.strictEqual(tts.engine, (yield* contract.config).tts_model)
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

      it.scoped("survives odd texts", () =>
        Effect.gen(function* () {
          const tts = yield* voice
          for (const text of [
            "",
            " \n",
            "...",
            "-o /etc/passwd",
            "--help",
            "nul \0 byte",
            "\u65e5\u672c\u8a9e \u{1F600}",
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

      it.scoped("speaks several sentences asked for at once", () =>
        Effect.gen(function* () {
          const tts = yield* voice
          const sounds = yield* Effect.forEach(
            ["One.", "Two and two.", "Three, three and three."],
            tts.synthesize,
            {
              concurrency: "unbounded"
            }
          )
          assert.isTrue(sounds.every((sound) => peak(sound) > 1000))
        })
      )

      it.scoped("forgets what is interrupted and goes on", () =>
        Effect.gen(function* () {
          const tts = yield* voice
          const given = yield* Effect.forEach([1, 2, 3, 4, 5], () =>
            Effect.fork(tts.synthesize("This sentence is never heard by anybody at all. ".repeat(20)))
          )
          yield* Effect.sleep("50 millis")
          yield* Fiber.interruptAll(given)
          assert.isAbove(peak(yield* tts.synthesize("Next.")), 1000)
        })
      )
    })
  })
}
