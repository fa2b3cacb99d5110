import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { NodeFileSystem } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import * as ConversationFile from "../../src/moving/ConversationFile.ts"
import { temporaryFolder } from "../support/HistoryDatabase.ts"

const uid = "2025-01-02_03-04-05_ab"
const parsed = (elements: unknown, of = uid) =>
  Either.getOrThrow(
    ConversationFile.parse(typeof elements === "string" ? elements : JSON.stringify(elements), of)
  )
const problem = (text: string) => Either.getOrThrow(Either.flip(ConversationFile.parse(text, uid)))
const message = { role: "human", timestamp: "2025-01-02T03:04:06", content: "secret" }

describe("ConversationFile", () => {
  it("says what is wrong, and never what is said", () => {
    expect(problem("")).toBe("is empty")
    expect(problem('[{"role": "hum')).toMatch(/^is no whole JSON/u)
    expect(problem("{}")).toBe("is no list of messages")
    expect(problem(JSON.stringify([message, "secret"]))).toBe("element 2 is no message")
    expect(problem(JSON.stringify([{ ...message, content: 1 }]))).toBe("element 1, content: is no text")
    expect(problem(JSON.stringify([{ role: "ai", timestamp: "2025-01-02" }]))).toBe(
      "element 1, content: is missing"
    )
  })

  it("replaces what no database keeps, and tells of keys that are left out", () => {
    const text = JSON.stringify([{ ...message, content: "a\0b\ud800", name: null, mood: 1 }])
    expect(parsed(text)).toEqual({
      metadata: undefined,
      messages: [{ ...message, content: "a\uFFFDb\uFFFD" }],
      remarks: [
        "holds characters that no database keeps; \uFFFD stands for them",
        'has messages with the key "mood", which is not kept'
      ]
    })
  })

  it("reports a file that is nested too deep, whichever part of it is", () => {
    const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`
    expect(problem(`[{"role": "metadata", "x": ${deep}}, ${JSON.stringify(message)}]`)).toBe(
      "element 1, metadata: is too large, or nested too deep"
    )
    expect(problem(`[{"role": "metadata", "x": "${"x".repeat(100_000)}"}]`)).toMatch(/^element 1, metadata/u)
    expect(problem(`[${deep}]`)).toBe("cannot be read: it may be nested too deep")
    expect(problem(`[{"role": "ai", "content": ${deep}}]`)).toBe("element 1, content: is no text")
    expect(problem(`{"x": ${deep}}`)).toBe("is no list of messages")
  })

  it("takes the times that a clock may write, as they are", () => {
    for (const timestamp of [
      "2025-01-02",
      "2025-01-02T03:04",
      "2025-01-02T03:04:05",
      "2025-01-02 03:04:05.123456",
      "2025-01-02T03:04:05.123Z",
      "2025-01-02T03:04:05+09:00",
      "2025-01-02T03:04:05.5-0330"
    ]) {
      const { messages, remarks } = parsed([{ ...message, timestamp }])
      expect([messages[0]!.timestamp, remarks]).toEqual([timestamp, []])
    }
  })

  it("gives a message whose timestamp is no time that of the one before, or of the file", () => {
    for (const timestamp of [
      "zzz",
      "",
      "9".repeat(5000),
      `2025-01-02T03:04:05.${"1".repeat(5000)}`,
      "2025-13-02T03:04:05",
      "2025-02-30",
      "2025-01-02T24:04:05",
      "\n2025-01-02",
      "2025-01-02\n",
      "２０２５-01-02",
      1_735_787_045,
      null,
      undefined
    ]) {
      const wrong = { ...message, timestamp }
      const read = parsed([wrong, message, wrong])
      expect(read.messages.map((message) => message.timestamp)).toEqual([
        "2025-01-02T03:04:05",
        message.timestamp,
        message.timestamp
      ])
      expect(read.remarks).toEqual([
        "has messages whose timestamp is no time; that of the message before stands for it"
      ])
    }
    const first = (elements: unknown, of: string) => parsed(elements, of).messages[0]!.timestamp
    const wrong = { ...message, timestamp: "zzz" }
    expect(first([{ role: "metadata", timestamp: "2024-12-31T00:00:00" }, wrong], "one")).toBe(
      "2024-12-31T00:00:00"
    )
    expect(first([wrong], "2025-99-99_99-99-99_ab")).toBe("1970-01-01T00:00:00")
  })

  it("writes what it has read", () => {
    const elements = [
      { role: "metadata", timestamp: "m", resume_id: "x" },
      { ...message, avatar: "" }
    ]
    const { messages, metadata } = parsed(elements)
    const rendered = ConversationFile.render({ confUid: "a", uid: "b", metadata, messages })
    expect(JSON.parse(rendered)).toEqual(elements)
    const own = ConversationFile.render({
      confUid: "a",
      uid,
      metadata: undefined,
      messages
    })
    expect(JSON.parse(own)).toEqual([{ role: "metadata", timestamp: "2025-01-02T03:04:05" }, elements[1]])
  })

  it.scoped("says of bytes that are no text that something else stands for them", () =>
    Effect.gen(function* () {
      const path = join(yield* temporaryFolder, "one.json")
      const bytes = Buffer.from(JSON.stringify([{ ...message, content: "caf\u00e9" }]), "latin1")
      writeFileSync(path, bytes)
      const source = { names: ["one.json"], shown: "one.json", path, size: bytes.length }
      const { messages, remarks } = Either.getOrThrow(yield* ConversationFile.read(source, uid))
      expect([messages[0]?.content, remarks]).toEqual([
        "caf\ufffd",
        ["is not UTF-8 throughout; \ufffd stands for what is not"]
      ])
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )
})
