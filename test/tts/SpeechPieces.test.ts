import { assert, describe, it } from "@effect/vitest"
import * as SpeechPieces from "../../src/tts/SpeechPieces.ts"

describe("SpeechPieces", () => {
  it("leaves a sentence as it is", () => {
    assert.deepStrictEqual(SpeechPieces.of(" Hello, Mr. Smith. How are you? "), [
      "Hello, Mr. Smith. How are you?"
    ])
  })

  it("cuts a long text where a speaker would pause", () => {
    const sentence = `${"a word ".repeat(20).trim()}.`
    assert.deepStrictEqual(SpeechPieces.of(`${sentence} ${sentence} ${sentence}`), [
      sentence,
      sentence,
      sentence
    ])
    const chinese = `${"\u597d".repeat(29)}\u3002`
    assert.deepStrictEqual(SpeechPieces.of(chinese.repeat(3)), [chinese, chinese, chinese])
    const words = SpeechPieces.of("word ".repeat(100))
    assert.isTrue(words.every((piece) => piece.length <= 200 && piece.endsWith("word")))
    assert.strictEqual(words.join(" "), "word ".repeat(100).trim())
  })

  it("cuts what has no pause anywhere, but never a letter", () => {
    const letters = "\u{20000}".repeat(150)
    const pieces = SpeechPieces.of(letters)
    assert.isAbove(pieces.length, 1)
    assert.isTrue(pieces.every((piece) => piece.isWellFormed()))
    assert.strictEqual(pieces.join(""), letters)
  })

  it("leaves out what has nothing to say, and what native code stumbles over", () => {
    assert.deepStrictEqual(SpeechPieces.of("\u2026 \u{1F600} ?!"), [])
    assert.deepStrictEqual(SpeechPieces.of("nul\0byte \ud800lone"), ["nul byte  lone"])
    assert.isTrue(SpeechPieces.isSpeakable("\u65e5"))
    assert.isTrue(SpeechPieces.isSpeakable("7"))
    assert.isFalse(SpeechPieces.isSpeakable("-- \u3002"))
  })
})
