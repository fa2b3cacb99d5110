import { describe, expect, it } from "@effect/vitest"
import { Either } from "effect"
import * as ConversationFile from "../../src/moving/ConversationFile.ts"

const problem = (text: string) => Either.getOrThrow(Either.flip(ConversationFile.parse(text)))
const message = { role: "human", timestamp: "t", content: "secret" }

describe("ConversationFile", () => {
  it("says what is wrong, and never what is said", () => {
    expect(problem("")).toBe("is empty")
    expect(problem('[{"role": "hum')).toMatch(/^is no whole JSON/u)
    expect(problem("{}")).toBe("is no list of messages")
    expect(problem(JSON.stringify([message, "secret"]))).toBe("element 2 is no message")
    expect(problem(JSON.stringify([{ ...message, content: 1 }]))).toBe("element 1, content: is no text")
    expect(problem(JSON.stringify([{ role: "ai", content: "secret" }]))).toBe(
      "element 1, timestamp: is missing"
    )
  })

  it("replaces what no database keeps, and tells of keys that are left out", () => {
    const text = JSON.stringify([{ ...message, content: "a\0b\ud800", name: null, mood: 1 }])
    expect(Either.getOrThrow(ConversationFile.parse(text))).toEqual({
      metadata: undefined,
      messages: [{ ...message, content: "a\uFFFDb\uFFFD" }],
      remarks: [
        "holds characters that no database keeps; \uFFFD stands for them",
        'has messages with the key "mood", which is not kept'
      ]
    })
  })

  it("writes what it has read", () => {
    const elements = [
      { role: "metadata", timestamp: "m", resume_id: "x" },
      { ...message, avatar: "" }
    ]
    const { messages, metadata } = Either.getOrThrow(ConversationFile.parse(JSON.stringify(elements)))
    const rendered = ConversationFile.render({ confUid: "a", uid: "b", metadata, messages })
    expect(JSON.parse(rendered)).toEqual(elements)
    const own = ConversationFile.render({
      confUid: "a",
      uid: "2025-01-02_03-04-05_ab",
      metadata: undefined,
      messages
    })
    expect(JSON.parse(own)).toEqual([{ role: "metadata", timestamp: "2025-01-02T03:04:05" }, elements[1]])
  })
})
