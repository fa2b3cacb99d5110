import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Speech from "../../src/audio/Speech.ts"
import * as WholeSound from "../../src/tts/WholeSound.ts"
import * as Tone from "../support/Tone.ts"

describe("WholeSound", () => {
  it.effect("joins what comes piece by piece", () =>
    Effect.gen(function* () {
      const pieces = [100, 200, 300].map(Tone.pcm)
      const whole = yield* WholeSound.of((put) => Effect.forEach(pieces, put, { discard: true }))
      assert.deepStrictEqual(whole, {
        sampleRate: pieces[0]!.sampleRate,
        samples: Int16Array.from(pieces.flatMap(({ samples }) => [...samples]))
      })
      assert.deepStrictEqual(yield* WholeSound.of(() => Effect.void), Speech.nothing)
    })
  )

  it.effect("has none of a sentence that broke off", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(
        WholeSound.of((put) => Effect.zipRight(put(Tone.pcm(100)), Effect.fail("broken off" as const)))
      )
      assert.strictEqual(failure, "broken off")
    })
  )
})
