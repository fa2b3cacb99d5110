import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Resample from "../../src/audio/Resample.ts"
import * as Frequency from "../support/Frequency.ts"
import { english } from "../../src/language/Text.ts"

/** 440 Hz at half of full scale, to its very last sample. */
const tone = (sampleRate: number, seconds: number) =>
  Float32Array.from(
    { length: Math.round(sampleRate * seconds) },
    (_, at) => 0.5 * Math.sin((2 * Math.PI * 440 * at) / sampleRate)
  )

const loudest = (samples: Float32Array) =>
  samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)

describe("Resample", () => {
  for (const from of [8000, 11_025, 22_050, 24_000, 44_100, 48_000, 192_000]) {
    it.live(`keeps length, pitch and loudness of a tone at ${from} Hz`, () =>
      Effect.gen(function* () {
        const samples = yield* Resample.convert(tone(from, 2), from, 16_000)
        assert.strictEqual(samples.length, 32_000)
        assert.closeTo(Frequency.of(samples, 16_000), 440, 1)
        assert.closeTo(loudest(samples.subarray(1000, 31_000)), 0.5, 0.01)
        // The end is there as well: a filter holds the last samples back.
        assert.isAbove(loudest(samples.subarray(-30)), 0.2)
      })
    )
  }

  it.live("takes out what the lower rate cannot hold", () =>
    Effect.gen(function* () {
      const high = Float32Array.from({ length: 48_000 }, (_, at) =>
        Math.sin((2 * Math.PI * 12_000 * at) / 48_000)
      )
      const samples = yield* Resample.convert(high, 48_000, 16_000)
      assert.isBelow(loudest(samples.subarray(100, -100)), 0.01)
    })
  )

  it.live("reads a view of a larger buffer, and answers the same sound at the same rate", () =>
    Effect.gen(function* () {
      const whole = tone(48_000, 1)
      const view = whole.subarray(24_000)
      assert.deepStrictEqual(
        yield* Resample.convert(view, 48_000, 16_000),
        yield* Resample.convert(view.slice(), 48_000, 16_000)
      )
      assert.strictEqual(yield* Resample.convert(view, 16_000, 16_000), view)
    })
  )

  it.live("says which rates it does not understand", () =>
    Effect.gen(function* () {
      for (const rate of [1, 999, 192_001, 4_000_000]) {
        const { reason } = yield* Effect.flip(Resample.convert(new Float32Array(10), rate, 16_000))
        assert.include(english(reason), `${rate} Hz`)
      }
    })
  )
})
