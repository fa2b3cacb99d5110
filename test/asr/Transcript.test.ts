import { assert, describe, it } from "@effect/vitest"
import * as Transcript from "../../src/asr/Transcript.ts"

describe("Transcript", () => {
  it("drops what only describes a sound", () => {
    for (const guess of [
      "[Music]",
      " (wind howling) ",
      "[Silence] [Music]",
      "*sighs*",
      "♪ ♪",
      "...",
      "（音乐）",
      ""
    ])
      assert.strictEqual(Transcript.clean(guess), "")
  })

  it("keeps what was said, descriptions among it included", () => {
    assert.strictEqual(Transcript.clean("  Hello there. "), "Hello there.")
    assert.strictEqual(Transcript.clean("Well [laughs] yes."), "Well [laughs] yes.")
    assert.strictEqual(Transcript.clean("你好"), "你好")
  })
})
