import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as SentenceSplitter from "../../src/conversation/SentenceSplitter.ts"
import { chunked } from "../support/Chunks.ts"

const split = (chunks: ReadonlyArray<string>, fasterFirst = false) => {
  const splitter = SentenceSplitter.make({ language: "en", fasterFirst })
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.flush()]
}

describe("SentenceSplitter", () => {
  it("joins to the text, whatever the text and however it is cut", () => {
    fc.assert(
      fc.property(chunked, fc.boolean(), ({ chunks, whole }, fasterFirst) => {
        expect(split(chunks, fasterFirst).join("")).toBe(whole.toWellFormed())
      }),
      { numRuns: 500 }
    )
  })

  it("has something to show in every sentence but perhaps the only one", () => {
    fc.assert(
      fc.property(chunked, ({ chunks }) => {
        const sentences = split(chunks)
        expect(sentences.slice(1).filter((sentence) => sentence.trim() === "")).toEqual([])
      })
    )
  })

  it("cuts no white space off as a sentence of its own", () => {
    const long = "a".repeat(700)
    expect(split([`...   ${long}`])).toEqual(["...", `   ${"a".repeat(597)}`, "a".repeat(103)])
  })

  it("bounds the length of a sentence", () => {
    fc.assert(
      fc.property(chunked, ({ chunks }) => {
        const splitter = SentenceSplitter.make({ language: "en", fasterFirst: false })
        for (const chunk of chunks) {
          for (const sentence of splitter.push(chunk))
            expect(sentence.length).toBeLessThan(2 * 600 + chunk.length)
        }
      })
    )
  })

  it("knows abbreviations, decimals and quotations", () => {
    expect(split(["Dr. Smith paid $3.50 to Mr. Jones. Was it enough? Yes!"])).toEqual([
      "Dr. Smith paid $3.50 to Mr. Jones. ",
      "Was it enough? ",
      "Yes!"
    ])
  })

  it("splits Chinese and Japanese without white space", () => {
    expect(split(["你好！我是小明。今天天气不错，是吧？こんにちは。"])).toEqual([
      "你好！",
      "我是小明。",
      "今天天气不错，是吧？",
      "こんにちは。"
    ])
  })

  it("answers a sentence as soon as the next one has begun", () => {
    const splitter = SentenceSplitter.make({ language: "en", fasterFirst: false })
    expect(splitter.push("Hello there.")).toEqual([])
    expect(splitter.push(" How")).toEqual(["Hello there. "])
  })

  it("cuts the first sentence at its first comma, if asked to, and no other", () => {
    expect(split(["Well, my friend, 1,000 people, no less. And then, well, more."], true)).toEqual([
      "Well, my friend, ",
      "1,000 people, no less. ",
      "And then, well, more."
    ])
    expect(split(["好的，我来说。然后，走吧。"], true)).toEqual(["好的，", "我来说。", "然后，走吧。"])
  })
})
