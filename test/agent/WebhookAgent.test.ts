import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import { Decode } from "../../src/audio/Decode.ts"
import * as Wav from "../../src/audio/Wav.ts"
import * as WebhookAgent from "../../src/agent/WebhookAgent.ts"
import * as McpClient from "../../src/mcp/McpClient.ts"
import * as AgentServer from "../support/AgentServer.ts"
import { characterConfig } from "../support/Fixtures.ts"
import { collect, describeAgent, input } from "./describeAgent.ts"
import type { Step } from "./describeAgent.ts"
import type { AgentOptions } from "../../src/agent/Agent.ts"
import { english } from "../../src/language/Text.ts"

const secret = "token-very-secret"

const open = (url: string, tell?: AgentOptions["tell"]) =>
  Effect.map(Layer.build(Decode.layer), (context) =>
    WebhookAgent.make(
      { http: AgentServer.dispatcher, decode: Context.get(context, Decode) },
      {
        url: `${url}/answer`,
        headers: { Authorization: Redacted.make(`Bearer ${secret}`) },
        timeout: 60,
        faster_first_response: true
      },
      {
        character: { ...characterConfig("Hana"), persona_prompt: "You are Hana." },
        emotions: ["joy"],
        tools: McpClient.none,
        ...(tell === undefined ? {} : { tell })
      }
    )
  )

/** The events of docs/webhook-agent.md. */
const eventsOf = (step: Step): ReadonlyArray<object> => {
  if ("text" in step) return [{ type: "text", text: step.text }]
  if ("think" in step) return [{ type: "think", text: step.think }]
  const { id, input, name, output } = step.tool
  return [
    { type: "tool", id, name, status: "running", content: input },
    { type: "tool", id, name, status: "completed", content: output }
  ]
}

const common = {
  name: "webhook_agent",
  secret,
  open,
  tool: [
    { status: "running", content: '{"at":1}' },
    { status: "completed", content: "a cat" }
  ],
  unknown: /knows no such address.*Correct agent_settings\.webhook_agent\.url/
} as const

describe("server-sent events", () =>
  describeAgent({
    ...common,
    contentType: "text/event-stream; charset=utf-8",
    frame: (step) =>
      eventsOf(step)
        .map((event) => `data: ${JSON.stringify(event)}\n\n`)
        .join(""),
    end: () => "data: [DONE]\n\n",
    garbage: "data: {broken\n\n",
    endless: "data: "
  }))

describe("lines of JSON", () =>
  describeAgent({
    ...common,
    contentType: "application/x-ndjson",
    frame: (step) =>
      eventsOf(step)
        .map((event) => `${JSON.stringify(event)}\n`)
        .join(""),
    end: () => "",
    garbage: '{"type":"dance"}\n',
    endless: ""
  }))

/** Answers one question with this body and tells what came of it, and what was asked. */
const answered = (contentType: string, body: string | Buffer) =>
  Effect.gen(function* () {
    const server = yield* AgentServer.open(
      (_, response) => void response.writeHead(200, { "content-type": contentType }).end(body)
    )
    const told: Array<string> = []
    const agent = yield* open(server.url, (words) => Effect.sync(() => void told.push(english(words))))
    return { ...(yield* collect(agent.reply(input()))), request: server.requests[0]!, told }
  })

const pcm = { samples: new Int16Array([1, 2, 3]), sampleRate: 16_000 }
const tone = Wav.encode(pcm).toString("base64")

describe("WebhookAgent", () => {
  it.scopedLive("asks with the input, what has been said before, and the character", () =>
    Effect.gen(function* () {
      const { events, request } = yield* answered("text/plain; charset=utf-8", "Ein Kätzchen.")
      assert.deepStrictEqual(events, [{ _tag: "Text", text: "Ein Kätzchen." }])
      assert.strictEqual(request.path, "/answer")
      assert.strictEqual(request.headers.authorization, `Bearer ${secret}`)
      assert.deepStrictEqual(JSON.parse(request.body), {
        conversation: "c1",
        from: "Human",
        text: "What is this?",
        images: [{ mime_type: "image/png", data: "aGVsbG8=" }],
        history: [
          { role: "user", text: "Hi" },
          { role: "assistant", text: "Hello!" }
        ],
        character: { id: "Hana", name: "Hana", persona: "You are Hana.", emotions: ["joy"] }
      })
    })
  )

  it.scopedLive("plays the sound that comes with a sentence", () =>
    Effect.gen(function* () {
      const { events, failure } = yield* answered(
        "application/x-ndjson",
        JSON.stringify({ type: "audio", text: "Meow.", audio: tone })
      )
      assert.isUndefined(failure)
      assert.deepStrictEqual(events, [{ _tag: "Audio", text: "Meow.", pcm }])
    })
  )

  it.scopedLive("shows a sentence whose sound cannot be played, tells that once, and goes on", () =>
    Effect.gen(function* () {
      const audio = (text: string, audio: string) => `${JSON.stringify({ type: "audio", text, audio })}\n`
      const long = Buffer.alloc(7 * 2 ** 20).toString("base64")
      const { events, failure, told } = yield* answered(
        "application/x-ndjson",
        audio("Meow.", "bm9uZQ==") + audio("Hiss.", long) + audio("Purr.", tone)
      )
      assert.isUndefined(failure)
      assert.deepStrictEqual(
        events.map((event) => (event._tag === "Audio" ? [event.text, event.pcm.samples.length] : event)),
        [
          ["Meow.", 0],
          ["Hiss.", 0],
          ["Purr.", 3]
        ]
      )
      assert.lengthOf(told, 1)
      assert.match(
        told[0]!,
        /^webhook_agent sent the sound of a sentence\. .*no known format.*is only shown\.$/
      )
    })
  )

  it.scopedLive("bounds the sound of one sentence", () =>
    Effect.gen(function* () {
      const audio = Buffer.alloc(7 * 2 ** 20).toString("base64")
      const { told } = yield* answered(
        "application/x-ndjson",
        JSON.stringify({ type: "audio", text: "Hiss.", audio })
      )
      assert.include(told[0], "one sentence has more than 8 MiB of it in base64")
    })
  )

  it.scopedLive("repeats what the agent says of its failure, without its secret", () =>
    Effect.gen(function* () {
      const body = `data: {"type":"error","message":"out of tea, ${secret}"}\n\n`
      const { failure } = yield* answered("text/event-stream", body)
      assert.match(failure?.message ?? "", /reports a failure: "out of tea, …"/)
    })
  )

  for (const [location, says] of [
    ["/answer/", /sends the request on to http:\/\/127\.0\.0\.1:\d+\/answer\/\. Set .*webhook_agent\.url/],
    ["https://example.com/answer", /sends the request on to example\.com\. /],
    ["https://example.com/v2/0123456789abcdef0123?key=secret", /on to https:\/\/example\.com\/v2\/…\. /],
    ["javascript:alert(1)", /on to where it cannot be sent\. Correct .*webhook_agent\.url/],
    [`/${"x".repeat(5000)}`, /on to where it cannot be sent\. /]
  ] as const) {
    it.scopedLive(`says where it should ask instead: ${location.slice(0, 80)}`, () =>
      Effect.gen(function* () {
        const server = yield* AgentServer.open(
          (_, response) => void response.writeHead(308, { location }).end()
        )
        const { failure } = yield* collect((yield* open(server.url)).reply(input()))
        assert.match(failure?.message ?? "", says)
      })
    )
  }

  it.scopedLive("says who gave an empty answer", () =>
    Effect.gen(function* () {
      const { events, failure } = yield* answered("application/x-ndjson", '{"type":"think","text":"Hm."}\n')
      assert.deepStrictEqual(events, [{ _tag: "Think", text: "Hm." }])
      assert.match(failure?.message ?? "", /^webhook_agent: .* ended its answer without a word/)
    })
  )

  it.scopedLive("says in what form an answer came that it cannot read", () =>
    Effect.gen(function* () {
      const { failure } = yield* answered("application/json", '{"reply": "Meow."}')
      assert.match(
        failure?.message ?? "",
        /answers with application\/json, and sent an event that is none of/
      )
    })
  )

  it.scopedLive("does not take a web page for an answer", () =>
    Effect.gen(function* () {
      const { failure } = yield* answered("text/html", "<html>")
      assert.include(failure?.message ?? "", 'answers with "text/html", which is none of')
    })
  )
})
