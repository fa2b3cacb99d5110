import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { History } from "../../src/history/History.ts"
import type { NewMessage } from "../../src/history/History.ts"
import type { ServerMessage } from "../../src/protocol/ServerMessage.ts"
import * as McpFolder from "../mcp/McpFolder.ts"
import * as BuiltServer from "../support/BuiltServer.ts"
import * as EmbeddedModel from "../support/EmbeddedModel.ts"
import type { ChatScript } from "../support/ChatAnswer.ts"
import * as HistoryDatabase from "../support/HistoryDatabase.ts"
import * as ServerFolder from "../support/ServerFolder.ts"
import * as SocketTalk from "../support/SocketTalk.ts"
import * as StubProviders from "../support/StubProviders.ts"
import type { StubOptions } from "../support/StubServer.ts"

const limit = 120_000

/** `tool status content`, `audio text` and so on. */
const told = (turn: ReadonlyArray<ServerMessage>) =>
  turn.map((message) =>
    message.type === "tool_call_status"
      ? `${message.tool_name} ${message.status} ${message.content}`
      : SocketTalk.summary(message)
  )

/** The built server with a stubbed model and the reference server of MCP, and a client that has been greeted. */
const talk = Effect.fnUntraced(function* (chat: NonNullable<StubOptions["chat"]>, entry: object = {}) {
  const stub = yield* StubProviders.open({ chat })
  const server = yield* BuiltServer.start(
    yield* ServerFolder.make({
      character: ServerFolder.stubbed("Hana", stub, {}, ServerFolder.tooled("everything")),
      servers: { everything: { ...McpFolder.everything, ...entry } }
    })
  )
  const client = yield* SocketTalk.open(server.url)
  yield* server.warm
  return { stub, client }
}, Effect.provide(NodeContext.layer))

const sum = { id: "call_1", name: "get-sum", arguments: '{"a": 12, "b": 30}' }
const picture = { id: "call_2", name: "get-tiny-image", arguments: "{}" }

/** Calls in the first request, an answer in the second. */
const calling =
  (calls: NonNullable<ChatScript["calls"]>) =>
  (_: unknown, index: number): ChatScript =>
    index === 0 ? { chunks: ["Let me see. "], calls } : { chunks: ["It is 42."] }

describe("a turn with tools", () => {
  it.scopedLive(
    "calls them on a real server, shows each call, and goes on with the results",
    () =>
      Effect.gen(function* () {
        const { client, stub } = yield* talk(calling([sum, picture]))
        const turn = yield* client.ask("What is 12 and 30?")
        const lines = told(turn)
        expect(lines.filter((line) => line.startsWith("get-sum"))).toEqual([
          'get-sum running Input: {"a":12,"b":30}',
          "get-sum completed The sum of 12 and 30 is 42."
        ])
        expect(lines.indexOf("audio Let me see. ")).toBeLessThan(
          lines.findIndex((line) => line.startsWith("get-"))
        )
        expect(lines.slice(-4)).toEqual([
          "audio It is 42.",
          "backend-synth-complete",
          "force-new-message",
          "conversation-chain-end"
        ])
        const shown = turn.flatMap((message) =>
          message.type === "tool_call_status" ? (message.images ?? []) : []
        )
        expect(shown.map(({ data }) => data.slice(0, 22))).toEqual(["data:image/png;base64,"])

        const [first, second] = stub.log.chats
        for (const name of ["echo", "get-sum", "get-tiny-image"])
          expect(first?.body["tools"]).toContainEqual(
            expect.objectContaining({ function: expect.objectContaining({ name }) })
          )
        expect(second?.body.messages.slice(-3)).toMatchObject([
          { role: "assistant", content: "Let me see. ", tool_calls: [{ id: "call_1" }, { id: "call_2" }] },
          { role: "tool", tool_call_id: "call_1", content: "The sum of 12 and 30 is 42." },
          { role: "tool", tool_call_id: "call_2" }
        ])
        // What was shown and said is kept; calls are not.
        expect(yield* client.story).toEqual(["human What is 12 and 30?", "ai Let me see. It is 42."])
      }),
    limit
  )

  it.scopedLive(
    "asks the person first where the configuration wants it",
    () =>
      Effect.gen(function* () {
        const { client, stub } = yield* talk(
          ({ text }, index) =>
            index % 2 === 0 ? { calls: [sum] } : { chunks: [text.startsWith("Yes") ? "Done." : "Not done."] },
          { confirm: ["get-sum"] }
        )
        yield* client.web.send({ type: "use-extensions", tool_consent: true })
        for (const allowed of [true, false]) {
          const question = yield* Effect.fork(client.web.next(({ type }) => type === "tool-consent-request"))
          const turn = yield* Effect.fork(client.ask(allowed ? "Yes, add them" : "No, don't"))
          const request = yield* question
          expect(request).toMatchObject({ tool_name: "get-sum", name: "Hana", arguments: { a: 12, b: 30 } })
          if (request.type === "tool-consent-request")
            yield* client.web.send({ type: "tool-consent", tool_id: request.tool_id, allowed })
          expect(told(yield* turn)).toContain(
            allowed
              ? "get-sum completed The sum of 12 and 30 is 42."
              : "get-sum error Error: the person did not allow this call"
          )
        }
        expect(JSON.stringify(stub.log.chats.at(-1)?.body.messages)).toContain("did not allow")
      }),
    limit
  )

  it.scopedLive(
    "is told to a client that calls a tool itself, if the configuration allows that",
    () =>
      Effect.gen(function* () {
        const { client } = yield* talk(() => ({ chunks: ["Hello."] }), { client_calls: ["echo"] })
        const answerTo = Effect.fnUntraced(function* (tool_name: string, input: object) {
          yield* client.web.send({ type: "mcp-tool-call", tool_name, arguments: input })
          return yield* client.web.next(({ type }) => type === "mcp-tool-response")
        })
        expect(yield* answerTo("echo", { message: "hi" })).toEqual({
          type: "mcp-tool-response",
          tool_name: "echo",
          result: { content: [{ type: "text", text: "Echo: hi" }] }
        })
        expect(yield* answerTo("get-env", {})).toMatchObject({
          error: expect.stringContaining("They may call echo")
        })
        expect(yield* answerTo("echo", { message: 5 })).toMatchObject({
          error: expect.stringMatching(/echo/u)
        })
      }),
    limit
  )
})

/** A small model learns from what it seems to have done before. */
const lessons = [
  [3, 4],
  [10, 21],
  [8, 2]
].flatMap(([a = 0, b = 0]): ReadonlyArray<NewMessage> => [
  { role: "human", content: `Add ${a} and ${b}.` },
  { role: "ai", content: `{"tool": "get-sum", "arguments": {"a": ${a}, "b": ${b}}}` },
  { role: "human", content: `Result of the tool get-sum:\nThe sum of ${a} and ${b} is ${a + b}.` },
  { role: "ai", content: `It is ${a + b}.` }
])

describe("a turn with tools on this machine alone", () => {
  it.scopedLive(
    "is what the embedded model makes of a prompt that describes them",
    () =>
      Effect.gen(function* () {
        if (Option.isNone(yield* EmbeddedModel.obtain)) return
        const folder = yield* ServerFolder.make({
          character: ServerFolder.embedded("Hana", ServerFolder.tooled("everything")),
          servers: { everything: McpFolder.everything }
        })
        const history = yield* Effect.gen(function* () {
          const history = yield* History
          const uid = yield* history.create("hana_001")
          yield* history.append("hana_001", uid, lessons)
          return uid
        }).pipe(Effect.provide(HistoryDatabase.open(`${folder}/data/history.db`)))

        const server = yield* BuiltServer.start(folder)
        const client = yield* SocketTalk.open(server.url)
        yield* server.warm
        yield* client.web.send({ type: "fetch-and-set-history", history_uid: history })
        yield* client.web.next(({ type }) => type === "history-data")
        const lines = told(yield* client.ask("Add 12 and 30."))
        expect(lines).toContain('get-sum running Input: {"a":12,"b":30}')
        expect(lines).toContain("get-sum completed The sum of 12 and 30 is 42.")
        expect(lines.findLast((line) => line.startsWith("audio"))).toContain("42")
      }).pipe(Effect.provide(NodeContext.layer)),
    300_000
  )
})
