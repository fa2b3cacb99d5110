import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as KeywordTokens from "../../src/wake/KeywordTokens.ts"

const vocabularyOf = (...tokens: ReadonlyArray<string>) =>
  KeywordTokens.read(tokens.map((token, number) => `${token} ${number}\n`).join(""))

describe("a word in a model's tokens", () => {
  it.effect("is made of pieces that were learnt early, not of the longest", () =>
    Effect.gen(function* () {
      const english = vocabularyOf(
        "<blk>",
        "▁H",
        "OO",
        "SE",
        "▁HE",
        "▁M",
        "▁MO",
        "MOO",
        "O",
        "Y",
        "S",
        "E",
        "M",
        "▁",
        "H"
      )
      assert.deepStrictEqual(yield* KeywordTokens.of(english, "hey, Moose!"), ["▁HE", "Y", "▁M", "OO", "SE"])
      assert.isUndefined(yield* KeywordTokens.of(english, "hey Hana"))
      assert.isUndefined(yield* KeywordTokens.of(english, "…"))
      assert.deepStrictEqual(yield* KeywordTokens.of(vocabularyOf("▁high", "▁low"), "High low"), [
        "▁high",
        "▁low"
      ])
    })
  )

  it.effect("is made of the halves of syllables, or of characters", () =>
    Effect.gen(function* () {
      const halves = ["x", "iǎo", "ài", "t", "óng", "ué", "l", "ǜ", "y", "uè"]
      const chinese = vocabularyOf("<blk>", ...halves)
      assert.deepStrictEqual(yield* KeywordTokens.of(chinese, "小爱同学"), [
        "x",
        "iǎo",
        "ài",
        "t",
        "óng",
        "x",
        "ué"
      ])
      assert.deepStrictEqual(yield* KeywordTokens.of(chinese, "绿月"), ["l", "ǜ", "y", "uè"])
      assert.isUndefined(yield* KeywordTokens.of(chinese, "你好"))
      assert.deepStrictEqual(yield* KeywordTokens.of(vocabularyOf("小", "爱"), "小爱"), ["小", "爱"])
    })
  )
})
