import { Schema } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as ServerFrame from "../../src/protocol/ServerFrame.ts"
import * as ServerMessage from "../../src/protocol/ServerMessage.ts"

const decode = Schema.decodeUnknownSync(ServerMessage.ServerMessage)

const audio = fc.record({
  type: fc.constant("audio" as const),
  audio: fc.option(fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes).toString("base64"))),
  volumes: fc.array(fc.double({ min: 0, max: 1, noNaN: true }).map((volume) => Math.abs(volume))),
  slice_length: fc.constant(20 as const),
  display_text: fc.option(fc.record({ text: fc.string(), name: fc.string(), avatar: fc.string() })),
  actions: fc.option(fc.record({ expressions: fc.array(fc.oneof(fc.integer(), fc.string())) })),
  forwarded: fc.boolean()
})

describe("ServerFrame.encode", () => {
  it("writes audio messages that read back as they were", () => {
    fc.assert(
      fc.property(audio, (message) => {
        expect(decode(JSON.parse(String(ServerFrame.encode(message))))).toEqual(message)
      })
    )
  })

  it.each([
    ServerMessage.control("start-mic"),
    ServerMessage.fullText('a "text"\n'),
    ServerMessage.failure("x"),
    { type: "history-data", messages: [{ role: "ai", timestamp: "2026-01-01T00:00:00", content: "Hi" }] },
    { type: "history-data", messages: [], first: 0 },
    {
      type: "history-messages",
      history_uid: "a",
      messages: [{ role: "human", timestamp: "2026-01-01T00:00:00", content: "Hi" }],
      first: 3
    }
  ] as ReadonlyArray<ServerMessage.ServerMessage>)("writes $type", (message) => {
    expect(decode(JSON.parse(String(ServerFrame.encode(message))))).toEqual(message)
  })
})
