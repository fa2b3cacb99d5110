import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as SpeechText from "../../src/conversation/SpeechText.ts"
import { text } from "../support/Chunks.ts"
import { preprocessor } from "../support/Fixtures.ts"

const all = (input: string) => SpeechText.filter(preprocessor, input)
const none = {
  ...preprocessor,
  remove_special_char: false,
  ignore_brackets: false,
  ignore_parentheses: false,
  ignore_asterisks: false,
  ignore_angle_brackets: false
}

describe("SpeechText.filter", () => {
  it.each([
    ["Hello [waves] there.", "Hello there."],
    ["A (b (c) d) e.", "A e."],
    ["全角（括号（里））也行。", "全角也行。"],
    ["*smiles* Hi **there** friend", "Hi friend"],
    ["2 * 3 = 6", "2 * 3 6"],
    ["<b>bold</b> x", "bold x"],
    ["an open ( stays", "an open ( stays"],
    ["Café ①２", "Café 12"],
    ["हिन्दी भाषा।", "हिन्दी भाषा।"],
    ["😀 ♪ ★", ""],
    ["... !", ""]
  ])("%s", (input, expected) => {
    expect(all(input)).toBe(expected)
  })

  it("leaves out only what it is told to", () => {
    expect(SpeechText.filter(none, "Hello [waves] (b) *c* <d> ♪")).toBe("Hello [waves] (b) *c* <d> ♪")
    expect(SpeechText.filter({ ...none, ignore_brackets: true }, "Hello [waves] (b)")).toBe("Hello (b)")
  })

  it("answers nothing, or something with a letter or digit in it", () => {
    fc.assert(
      fc.property(text, (input) => {
        const spoken = all(input)
        expect(spoken === "" || /[\p{L}\p{N}]/u.test(spoken)).toBe(true)
      })
    )
  })
})
