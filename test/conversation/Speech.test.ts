import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Speech from "../../src/conversation/Speech.ts"
import { Census } from "../../src/telemetry/Census.ts"
import * as Fixtures from "../support/Fixtures.ts"

const spoken = (samples: Int16Array) =>
  Effect.gen(function* () {
    const speak = yield* Speech.make({
      character: Fixtures.characterConfig("Hana"),
      tts: Effect.succeed({ engine: "t", synthesize: () => Effect.succeed({ samples, sampleRate: 1000 }) }),
      translator: Effect.succeedNone,
      onFailure: () => Effect.die("it did not fail"),
      onUntranslated: () => Effect.die("it did not fail")
    })
    return yield* speak({
      _tag: "Sentence",
      raw: "Hi.",
      thought: false,
      display: "Hi.",
      speech: "Hi.",
      actions: null
    })
  }).pipe(Effect.provide(Census.layer))

describe("Speech", () => {
  it.effect("sends no file without sound", () =>
    Effect.gen(function* () {
      expect(yield* spoken(new Int16Array(0))).toMatchObject({ duration: 0, message: { audio: null } })
      expect(yield* spoken(new Int16Array(20))).toMatchObject({
        duration: 20,
        message: { audio: expect.any(String) }
      })
    })
  )
})
