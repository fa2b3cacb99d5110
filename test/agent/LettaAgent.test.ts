import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Redacted, TestClock } from "effect"
import * as LettaAgent from "../../src/agent/LettaAgent.ts"
import * as AgentServer from "../support/AgentServer.ts"
import { collect, describeAgent, input } from "./describeAgent.ts"
import type { Step } from "./describeAgent.ts"

const secret = "sk-let-very-secret"

const open = (url: string) =>
  Effect.sync(() => {
    const { hostname, port } = new URL(url)
    return LettaAgent.make(AgentServer.dispatcher, {
      host: hostname,
      port: Number(port),
      id: "agent-1",
      api_key: Redacted.make(secret),
      faster_first_response: true,
      segment_method: "pysbd"
    })
  })

const sse = (...messages: ReadonlyArray<object>) =>
  messages.map((message) => `data: ${JSON.stringify(message)}\n\n`).join("")

const common = { date: "2025-01-01T00:00:00+00:00", otid: "o", step_id: "step-1", run_id: "run-1" }

/** Messages as https://docs.letta.com/guides/agents/streaming shows them for `stream_tokens`. */
const frame = (step: Step): string => {
  if ("text" in step)
    return sse({ ...common, id: "message-2", message_type: "assistant_message", content: step.text })
  if ("think" in step)
    return sse({
      ...common,
      id: "message-1",
      message_type: "reasoning_message",
      reasoning: step.think,
      source: "reasoner_model"
    })
  const { id, input, name, output } = step.tool
  const piece = (call: object) =>
    sse({
      ...common,
      id: "message-3",
      message_type: "tool_call_message",
      tool_call: call,
      tool_calls: call
    })
  return [
    piece({ name, arguments: null, tool_call_id: id }),
    piece({ name: null, arguments: input.slice(0, 3), tool_call_id: id }),
    sse({ id: "ping", date: common.date, message_type: "ping" }),
    piece({ name: null, arguments: input.slice(3), tool_call_id: null }),
    sse({
      ...common,
      id: "message-4",
      message_type: "tool_return_message",
      tool_return: output,
      status: "success",
      tool_call_id: id,
      tool_returns: [{ tool_return: output, status: "success", tool_call_id: id, stdout: null, stderr: null }]
    })
  ].join("")
}

const end =
  sse(
    { message_type: "stop_reason", stop_reason: "end_turn" },
    {
      message_type: "usage_statistics",
      completion_tokens: 9,
      prompt_tokens: 9,
      total_tokens: 18,
      step_count: 1
    }
  ) + "data: [DONE]\n\n"

describeAgent({
  name: "letta_agent",
  secret,
  open,
  contentType: "text/event-stream",
  frame,
  end: () => end,
  garbage: "data: {broken\n\n",
  endless: "data: ",
  tool: [
    { status: "running", content: '{"at":1}' },
    { status: "completed", content: "a cat" }
  ],
  unknown: /knows no agent "agent-1".*Correct agent_settings\.letta_agent\.id/
})

const answered = (body: string) =>
  Effect.gen(function* () {
    const server = yield* AgentServer.open(
      (_, response) => void response.writeHead(200, { "content-type": "text/event-stream" }).end(body)
    )
    const agent = yield* open(server.url)
    return { ...(yield* collect(agent.reply(input()))), request: server.requests[0]! }
  })

describe("LettaAgent", () => {
  it.scopedLive("sends the present input only, with its pictures", () =>
    Effect.gen(function* () {
      const { events, failure, request } = yield* answered(frame({ text: "A cat." }) + end)
      assert.isUndefined(failure)
      assert.deepStrictEqual(events, [{ _tag: "Text", text: "A cat." }])
      assert.strictEqual(request.method, "POST")
      assert.strictEqual(request.path, "/v1/agents/agent-1/messages/stream")
      assert.strictEqual(request.headers.authorization, `Bearer ${secret}`)
      assert.deepStrictEqual(JSON.parse(request.body), {
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "What is this?" },
              { type: "image", source: { type: "base64", media_type: "image/png", data: "aGVsbG8=" } }
            ]
          }
        ],
        stream_tokens: true,
        include_pings: true
      })
    })
  )

  it.scopedLive("shows a tool that failed", () =>
    Effect.gen(function* () {
      const { events } = yield* answered(
        sse(
          {
            ...common,
            id: "m",
            message_type: "tool_call_message",
            tool_call: { name: "roll", arguments: "{}", tool_call_id: "t1" }
          },
          {
            ...common,
            id: "n",
            message_type: "tool_return_message",
            status: "error",
            tool_return: "no dice",
            tool_call_id: "t1"
          }
        ) + end
      )
      assert.deepStrictEqual(events, [
        { _tag: "Tool", call: { id: "t1", tool: "roll", status: "running", content: "{}" } },
        { _tag: "Tool", call: { id: "t1", tool: "roll", status: "error", content: "no dice" } }
      ])
    })
  )

  for (const [what, body, says] of [
    [
      "an error within the stream",
      `event: error\ndata: {"error": "the model fell over, ${secret}"}\n\n`,
      /reports a failure: "the model fell over, …"/
    ],
    [
      "an error message",
      sse({
        message_type: "error_message",
        error_type: "llm_timeout",
        message: "LLM timed out",
        run_id: "r"
      }),
      /reports a failure: "LLM timed out"/
    ],
    [
      "a reason to stop that is a failure",
      sse({ message_type: "stop_reason", stop_reason: "max_steps" }),
      /reports a failure: "it stopped: max_steps"/
    ],
    [
      "a tool that waits for approval",
      sse({ message_type: "stop_reason", stop_reason: "requires_approval" }),
      /waits for approval.*Let the agent use that tool without approval/
    ],
    ["a stream that ends too early", "data: [DONE]\n\n", /broke off/]
  ] as const) {
    it.scopedLive(`explains ${what}`, () =>
      Effect.gen(function* () {
        const { events, failure } = yield* answered(frame({ text: "One. " }) + body)
        assert.deepStrictEqual(events, [{ _tag: "Text", text: "One. " }])
        assert.strictEqual(failure?.reason, "broken-off")
        assert.match(failure?.message ?? "", says)
      })
    )
  }

  const busy = { detail: "CONVERSATION_BUSY: another request is being processed" }

  it.scopedLive("asks again while the agent answers somebody else", () =>
    Effect.gen(function* () {
      const server = yield* AgentServer.open((_, response) => {
        if (server.requests.length === 1) return void response.writeHead(409).end(JSON.stringify(busy))
        response.writeHead(200, { "content-type": "text/event-stream" })
        response.end(
          `${frame({ text: "Yes." })}${sse({ message_type: "stop_reason", stop_reason: "end_turn" })}`
        )
      })
      const { events, failure } = yield* collect((yield* open(server.url)).reply(input()))
      assert.isUndefined(failure)
      assert.deepStrictEqual(events, [{ _tag: "Text", text: "Yes." }])
    })
  )

  it.scoped("gives up an agent that is busy for long", () =>
    Effect.gen(function* () {
      const server = yield* AgentServer.open(
        (_, response) => void response.writeHead(409).end(JSON.stringify(busy))
      )
      const agent = yield* open(server.url)
      const answering = yield* Effect.fork(collect(agent.reply(input())))
      while (answering.unsafePoll() === null) {
        yield* TestClock.adjust("1 seconds")
        yield* Effect.promise(() => new Promise(setImmediate))
      }
      const { failure } = yield* Fiber.join(answering)
      assert.match(failure?.message ?? "", /is busy with another answer: "CONVERSATION_BUSY.*letta_agent\.id/)
      assert.lengthOf(server.requests, 6)
    })
  )

  it.scopedLive(
    "asks at its port where an address has none, and does not take a web page for an answer",
    () =>
      Effect.gen(function* () {
        const server = yield* AgentServer.open(
          (_, response) => void response.writeHead(200, { "content-type": "text/html" }).end("<p>Hello.</p>")
        )
        const { hostname, port } = new URL(server.url)
        const agent = LettaAgent.make(AgentServer.dispatcher, {
          host: `http://${hostname}`,
          port: Number(port),
          id: "agent-1",
          faster_first_response: true,
          segment_method: "pysbd"
        })
        const { failure } = yield* collect(agent.reply(input()))
        assert.include(failure?.message ?? "", `${hostname}:${port} answers with a web page. Look whether`)
      })
  )
})
