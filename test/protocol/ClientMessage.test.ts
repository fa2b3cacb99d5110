import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import * as ClientMessage from "../../src/protocol/ClientMessage.ts"

const decode = (value: unknown) =>
  ClientMessage.decode(typeof value === "string" ? value : JSON.stringify(value))
const problem = (value: unknown) => Effect.map(Effect.flip(decode(value)), ({ message }) => message)

describe("ClientMessage.decode", () => {
  it.effect("reads a text input, with or without images", () =>
    Effect.gen(function* () {
      const image = { source: "camera", data: "data:image/png;base64,AAAA", mime_type: "image/png" }
      expect(yield* decode({ type: "text-input", text: "Hi" })).toEqual({
        type: "text-input",
        text: "Hi",
        images: []
      })
      expect(yield* decode({ type: "text-input", text: "Hi", images: null })).toMatchObject({ images: [] })
      expect(yield* decode({ type: "text-input", text: "Hi", images: [image] })).toMatchObject({
        images: [image]
      })
    })
  )

  it.effect("accepts what the real web page sends", () =>
    Effect.forEach(
      [
        { type: "fetch-backgrounds" },
        { type: "ai-speak-signal", idle_time: -1, images: [] },
        { type: "frontend-playback-complete" },
        { type: "interrupt-signal", text: "" },
        { type: "audio-play-start", display_text: { text: "Hi", name: "A", avatar: "" }, forwarded: true },
        { type: "mic-audio-end", images: [] },
        { type: "fetch-configs", extra: "fields are ignored" }
      ],
      (message) => Effect.map(decode(message), ({ type }) => expect(type).toBe(message.type))
    )
  )

  it.effect("puts a memory on one line, without control characters", () =>
    Effect.gen(function* () {
      const message = yield* decode({ type: "edit-memory", id: 1, text: " two\n\u001blines " })
      expect(message).toMatchObject({ text: "two lines" })
    })
  )

  it.effect("reads microphone audio into a Float32Array", () =>
    Effect.gen(function* () {
      const message = yield* decode({ type: "mic-audio-data", audio: [0, 0.5, -1] })
      expect(message).toEqual({ type: "mic-audio-data", audio: Float32Array.of(0, 0.5, -1) })
    })
  )

  it.effect.each([
    ["nonsense", /not JSON/u],
    [[1], /JSON object/u],
    [{}, /no `type`/u],
    [{ type: "dance" }, /Unknown message type "dance".*text-input/u],
    [{ type: "text-input" }, /text-input: field `text` .*missing/u],
    [{ type: "text-input", text: 5 }, /field `text` .*string.*5/u],
    [
      { type: "text-input", text: "a", images: [{ source: "tv", data: "x", mime_type: "y" }] },
      /^text-input: field `images\.0\.source` expected one of "camera", "screen", "clipboard", "upload", actual "tv"$/u
    ],
    [{ type: "mic-audio-end", images: "x" }, /: field `images` expected a list of images, actual "x"$/u],
    [
      { type: "mic-audio-end", images: ["x"] },
      /: field `images\.0` expected an image: an object with source, data and mime_type, actual "x"$/u
    ],
    [{ type: "mic-audio-end", images: [{}] }, /: field `images\.0\.source` is missing$/u],
    [
      { type: "adaptive-vad-control", action: "dance" },
      /: field `action` expected one of "start", "adjust", "reset", "stop", actual "dance"$/u
    ],
    [
      { type: "use-extensions", binary_audio: 5 },
      /: field `binary_audio` expected one of "mic-audio-data", "raw-audio-data", actual 5$/u
    ],
    [{ type: "audio-play-start", display_text: 5 }, /: field `display_text` expected an object$/u],
    [
      { type: "use-extensions", partial_transcripts: true, binary_audoi: "mic-audio-data" },
      /^use-extensions: unknown field "binary_audoi": expected one of binary_audio, partial_transcripts, tool_consent, config_changes, wake_word_state, only_writes, person$/u
    ],
    [{ type: "switch-config", file: "" }, /field `file`/u],
    [{ type: "use-extensions", person: "  " }, /^use-extensions: field `person` is empty: send a name$/u],
    [
      { type: "use-extensions", tool_consent: "yes" },
      /field `tool_consent` expected true or false, actual "yes"$/u
    ],
    [
      { type: "use-extensions", person: "x".repeat(101) },
      /field `person` is longer than 100 characters: send a name$/u
    ],
    [
      { type: "use-extensions", person: "An\u001b[2Jna" },
      /field `person` has control characters: send a name/u
    ],
    [{ type: "edit-memory", id: 1, text: " \n\u0007" }, /^edit-memory: field `text`/u],
    [{ type: "edit-memory", id: "one", text: "a" }, /^edit-memory: field `id` expected a whole number/u],
    [
      { type: "edit-memory", id: 1, text: "a", importance: 11 },
      /field `importance` expected a whole number from 1 to 10/u
    ],
    [{ type: "edit-memory", id: 1, text: "x".repeat(301) }, /field `text` is longer than 300 characters/u],
    [{ type: "fetch-history-list", limit: 0 }, /field `limit` expected a whole number from 1 to 500$/u],
    [
      { type: "fetch-and-set-history", history_uid: "a", limit: 501 },
      /field `limit` expected a whole number from 1 to 500$/u
    ],
    [
      { type: "fetch-history-messages", history_uid: "a" },
      /^fetch-history-messages: field `before` is missing/u
    ],
    ...[-1, 0.5, "1", null].map((before) => [
      { type: "fetch-history-messages", history_uid: "a", before },
      /field `before` expected a whole number from 0$/u
    ]),
    [
      { type: "fetch-history-messages", history_uid: "a", before: 1, limit: 0 },
      /field `limit` expected a whole number from 1 to 500$/u
    ],
    [{ type: "search-histories", text: "  " }, /^search-histories: field `text`/u],
    [{ type: "search-histories", text: "x".repeat(201) }, /field `text` is longer than 200 characters/u],
    [
      { type: "rename-history", history_uid: "a", title: "two\nlines" },
      /field `title` has control characters/u
    ],
    [{ type: "rename-history", history_uid: "a", title: "x".repeat(101) }, /`title` is longer than 100/u],
    [{ type: "delete-memory", id: 1.5 }, /^delete-memory: field `id` expected a whole number$/u],
    [{ type: "text-input", text: "x".repeat(32_001) }, /field `text` is longer than 32000 characters/u],
    [{ type: "mic-audio-data" }, /field `audio` is missing/u],
    [{ type: "mic-audio-data", audio: "0.1" }, /field `audio` expected an array of numbers, actual "0.1"/u],
    [{ type: "mic-audio-data", audio: [0, "x"] }, /`audio\.1` expected a number, actual "x"/u],
    [{ type: "raw-audio-data", audio: [null] }, /`audio\.0` expected a number, actual null/u]
  ])("names the field and what was expected: %j", ([value, expected]) =>
    Effect.map(problem(value), (message) => expect(message).toMatch(expected as RegExp))
  )

  // Each of these took minutes and gigabytes, or all of the stack, when every element was looked at or written out.
  const many = (element: string, times: number) => `[${`${element},`.repeat(times)}0]`
  const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels)
  it.effect.each([
    ["text-input", "images", many("0", 5_000_000), "has too many images: expected at most 16"],
    ["text-input", "images", many('{"source":1}', 500_000), "has too many images: expected at most 16"],
    ["text-input", "text", many("0", 1_000_000), "Expected string, actual a list"],
    ["switch-config", "file", deep(100_000), "Expected string, actual a list"],
    ["mcp-tool-call", "tool_name", `"${"x".repeat(5_000_000)}"`, "is longer than 1000 characters"]
  ])("refuses a large %s at once, by its %s", ([type, field, json, expected]) =>
    Effect.gen(function* () {
      const rest = type === "text-input" && field !== "text" ? ',"text":"x"' : ""
      const frame = `{"type":"${type}"${rest},"${field}":${json}}`
      const { message } = yield* Effect.flip(ClientMessage.decode(frame))
      expect(message).toBe(`${type}: field \`${field}\` ${expected}`)
    })
  )

  it.effect("passes a tool's arguments on as they are", () =>
    Effect.gen(function* () {
      const message = { type: "mcp-tool-call", tool_name: "clock", arguments: { zone: ["UTC", { at: 1 }] } }
      expect(yield* decode(message)).toEqual(message)
      expect(yield* problem({ ...message, arguments: [1] })).toBe(
        "mcp-tool-call: field `arguments` expected an object"
      )
    })
  )

  it("answers any frame with a message or one problem, never a defect", () =>
    fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (frame) => {
        const result = await Effect.runPromise(Effect.either(ClientMessage.decode(frame)))
        if (result._tag === "Left") expect(result.left.message.length).toBeGreaterThan(0)
      })
    ))
})
