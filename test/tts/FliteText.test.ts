import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as FliteText from "../../src/tts/FliteText.ts"

describe("FliteText", () => {
  it("gives the engine ASCII", () => {
    assert.deepStrictEqual(FliteText.pieces("Café “naïve” – it’s  fine…\n"), ['Cafe "naive" , it\'s fine...'])
  })

  it.each(["", "  ", "...", "日本語", "\u{1F600}\u{1F600}", "-- !?"])(
    "finds nothing to say in %j",
    (text) => {
      assert.deepStrictEqual(FliteText.pieces(text), [])
    }
  )

  it("cuts long text after a sentence, else after a clause, else between words", () => {
    const sentence = `${"word ".repeat(20)}end. `
    assert.deepStrictEqual(FliteText.pieces(sentence.repeat(2)), [sentence.trim(), sentence.trim()])
    const clause = `${"word ".repeat(25)}comma, `
    assert.deepStrictEqual(FliteText.pieces(`${clause}${clause}`)[0], clause.trim())
    const words = FliteText.pieces("word ".repeat(100))
    assert.isTrue(words.every((piece) => piece.endsWith("word")))
  })

  it("loses no word and keeps every piece short, whatever the text", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}[,.]?$/), { maxLength: 200 }), (words) => {
        const pieces = FliteText.pieces(words.join(" "))
        assert.deepStrictEqual(pieces.join(" "), words.join(" "))
        assert.isTrue(pieces.every((piece) => piece.length <= 200))
      })
    )
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 600 }), (text) => {
        for (const piece of FliteText.pieces(text)) {
          assert.match(piece, /^[\x20-\x7E]{1,200}$/)
          assert.match(piece, /[A-Za-z0-9]/)
        }
      })
    )
  })
})
