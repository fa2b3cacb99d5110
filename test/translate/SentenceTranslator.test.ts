import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import * as SentenceTranslator from "../../src/translate/SentenceTranslator.ts"
import { TranslationFailed } from "../../src/translate/Translator.ts"

const translator = (translate: (text: string) => Effect.Effect<string, TranslationFailed>) => {
  const asked: Array<string> = []
  const limited = SentenceTranslator.make({
    engine: "test",
    translate: (text) =>
      Effect.suspend(() => {
        asked.push(text)
        return translate(text)
      })
  })
  return { asked, translate: limited.translate }
}

describe("SentenceTranslator", () => {
  it.effect("gives up a sentence after ten seconds", () =>
    Effect.gen(function* () {
      const { translate } = translator(() => Effect.never)
      const translating = yield* Effect.fork(Effect.flip(translate("Hi.")))
      yield* TestClock.adjust("9999 millis")
      assert.isNull(translating.unsafePoll())
      yield* TestClock.adjust("1 millis")
      const failure = yield* Fiber.join(translating)
      assert.strictEqual(
        failure.message,
        "test: it did not answer within 10 seconds. Look whether it is overloaded."
      )
    })
  )

  it.effect("asks once for a sentence that comes again, and forgets what was used longest ago", () =>
    Effect.gen(function* () {
      const { asked, translate } = translator((text) => Effect.succeed(` ${text}! `))
      assert.strictEqual(yield* translate("1"), "1!")
      assert.strictEqual(yield* translate("1"), "1!")
      assert.deepStrictEqual(asked, ["1"])
      for (let sentence = 2; sentence <= 256; sentence++) yield* translate(String(sentence))
      yield* translate("1")
      yield* translate("257")
      assert.lengthOf(asked, 257)
      yield* translate("1")
      assert.lengthOf(asked, 257)
      yield* translate("2")
      assert.lengthOf(asked, 258)
    })
  )

  it.effect("asks again after a failure, and takes nothing for a failure", () =>
    Effect.gen(function* () {
      const { asked, translate } = translator(() => Effect.succeed(" "))
      assert.match((yield* Effect.flip(translate("Hi."))).message, /answered with nothing/)
      yield* Effect.flip(translate("Hi."))
      assert.lengthOf(asked, 2)
    })
  )
})
