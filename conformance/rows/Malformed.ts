import { Effect } from "effect"
import { about, equal, holds } from "../Row.ts"
import type { Row } from "../Row.ts"
import type { Subject } from "../Subject.ts"
import * as Talk from "../Talk.ts"

/** What no client should ever read: traces, and folders of the host. */
const revealing = /Traceback|\n\s+at |\/(?:home|root|usr|tmp|var)\/|[A-Z]:\\|node_modules/u

/** One readable `error` comes of it; the conversation and the connection survive. */
export const refused = (subject: Subject, frame: object | string, names: ReadonlyArray<string> = []) =>
  Effect.gen(function* () {
    const talk = yield* subject.connect()
    const history = yield* talk.begin
    const answer = yield* talk.request(frame)
    equal(
      answer.map(({ type }) => type),
      ["error"],
      "the answer"
    )
    const [error] = Talk.ofType(answer, "error")
    holds(!revealing.test(error!.message), `an error for people, got ${error!.message}`)
    for (const name of names)
      holds(error!.message.includes(name), `the error to name ${name}, got "${error!.message}"`)
    yield* talk.story(history)
  })

const frames = about("frame")

const shapes: ReadonlyArray<Row> = [
  frames.bad("answers a frame that is not JSON with an error", (s) => refused(s, "hello")),
  frames.bad("answers JSON that is no object with an error each", (s) =>
    Effect.forEach(["[]", "null", "7", '"text-input"', "true"], (frame) => refused(s, frame))
  ),
  frames.bad("answers an object without a type with an error", (s) => refused(s, {}, ["type"])),
  frames.bad("answers a type that is no string with an error", (s) =>
    Effect.forEach([7, null, {}, ["text-input"]], (type) => refused(s, { type }, ["type"]))
  ),
  frames.bad("answers an unknown type with an error that names it", (s) =>
    refused(s, { type: "no-such-message" }, ["no-such-message"])
  ),
  frames.bad("answers the names of built-in properties as unknown types", (s) =>
    Effect.forEach(["constructor", "__proto__", "toString"], (type) => refused(s, { type }, [type]))
  ),
  frames.bad("survives deeply nested JSON", (s) =>
    refused(s, `{"type":"text-input","text":"x","images":${"[".repeat(50_000)}${"]".repeat(50_000)}}`)
  ),
  frames.bad("answers a binary frame that nobody has asked for with an error", (subject) =>
    Effect.gen(function* () {
      const talk = yield* subject.connect()
      talk.client.socket.send(Buffer.alloc(64))
      equal(
        (yield* talk.settle).map(({ type }) => type),
        ["error"],
        "the answer"
      )
    })
  ),
  frames.good("passes over fields that it does not know", (subject) =>
    Effect.gen(function* () {
      const talk = yield* subject.connect()
      equal(
        Talk.kinds(yield* talk.request({ type: "fetch-backgrounds", further: { field: [1] } })),
        ["background-files"],
        "the answer"
      )
    })
  )
]

const image = { source: "upload", data: "data:image/png;base64,AAAA", mime_type: "image/png" }

/** For each message: fields of a wrong shape, and the field that the error should name. */
const fields: ReadonlyArray<readonly [string, string, ReadonlyArray<object>]> = [
  ["text-input", "text", [{}, { text: 7 }, { text: null }, { text: ["a"] }]],
  [
    "text-input",
    "images",
    [
      { text: "a", images: "none" },
      { text: "a", images: [7] },
      { text: "a", images: [{ ...image, data: "AAAA" }] },
      { text: "a", images: [{ ...image, source: "mirror" }] },
      { text: "a", images: [{ ...image, mime_type: null }] }
    ]
  ],
  ["mic-audio-data", "audio", [{}, { audio: "AAAA" }, { audio: [0, "a"] }, { audio: null }]],
  ["mic-audio-end", "images", [{ images: 7 }]],
  ["raw-audio-data", "audio", [{}, { audio: { 0: 1 } }, { audio: [null] }]],
  ["ai-speak-signal", "idle_time", [{ idle_time: "long" }]],
  ["interrupt-signal", "text", [{ text: 7 }, { text: {} }]],
  ["audio-play-start", "display_text", [{ display_text: "Hello", forwarded: true }]],
  ["fetch-and-set-history", "history_uid", [{}, { history_uid: 7 }, { history_uid: null }]],
  ["delete-history", "history_uid", [{}, { history_uid: [] }]],
  ["switch-config", "file", [{}, { file: 7 }]],
  ["add-client-to-group", "invitee_uid", [{}, { invitee_uid: 7 }]],
  ["remove-client-from-group", "target_uid", [{}, { target_uid: null }]],
  ["mcp-tool-call", "tool_name", [{}, { tool_name: 7 }]],
  ["mcp-tool-call", "arguments", [{ tool_name: "a", arguments: "b" }]],
  ["adaptive-vad-control", "action", [{}, { action: "louder" }]],
  ["adaptive-vad-control", "volume", [{ action: "start", volume: "loud" }]]
]

export const rows: ReadonlyArray<Row> = [
  ...shapes,
  ...fields.map(([type, field, wrong]) =>
    about(type).bad(`answers a wrong \`${field}\` with one error that names it`, (subject) =>
      Effect.forEach(wrong, (fields) => refused(subject, { type, ...fields }, [type, field]))
    )
  )
]
