import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { ServerResponse } from "node:http"
import * as Wav from "../../src/audio/Wav.ts"
import * as AgentServer from "../support/AgentServer.ts"
import * as BuiltServer from "../support/BuiltServer.ts"
import * as ServerFolder from "../support/ServerFolder.ts"
import * as StubProviders from "../support/StubProviders.ts"
import * as SocketTalk from "../support/SocketTalk.ts"

const limit = 60_000

const lines = (response: ServerResponse, events: ReadonlyArray<object>) => {
  response.writeHead(200, { "content-type": "application/x-ndjson" })
  for (const event of events) response.write(`${JSON.stringify(event)}\n`)
}

/** A client of the built server whose character is a webhook, and what else the test puts into its configuration. */
const talk = Effect.fnUntraced(function* (webhook: AgentServer.Respond, more: object = {}) {
  const stub = yield* StubProviders.open()
  const agent = yield* AgentServer.open(webhook)
  const server = yield* BuiltServer.start(
    yield* ServerFolder.make({
      character: {
        ...ServerFolder.stubbed("Hana", stub),
        agent_config: {
          conversation_agent_choice: "webhook_agent",
          agent_settings: {
            webhook_agent: { url: `${agent.url}/answer`, headers: { "X-Key": ServerFolder.secret } }
          }
        },
        ...more
      }
    })
  )
  return { agent, client: yield* SocketTalk.open(server.url), server, stub }
}, Effect.provide(NodeContext.layer))

describe("a character whose mind is a webhook", () => {
  it.scopedLive(
    "thinks, uses tools, speaks with the character's voice in another language, and with its own",
    () =>
      Effect.gen(function* () {
        const pcm = { samples: new Int16Array(1600).fill(9000), sampleRate: 16_000 }
        const translator = yield* AgentServer.open((request, response) => {
          const { text } = JSON.parse(request.body) as { readonly text: string }
          response.end(JSON.stringify({ code: 200, data: `translated: ${text}` }))
        })
        const { agent, client, server, stub } = yield* talk(
          (_, response) => {
            lines(response, [
              { type: "think", text: "A greeting." },
              { type: "tool", id: "t1", name: "wave", status: "completed", content: "waved" },
              { type: "text", text: "[joy] Good morning! " },
              { type: "audio", text: "La la.", audio: Wav.encode(pcm).toString("base64") }
            ])
            response.end()
          },
          {
            tts_preprocessor_config: {
              translator_config: {
                translate_audio: true,
                translate_provider: "deeplx",
                deeplx: { deeplx_target_lang: "DE", deeplx_api_endpoint: translator.url }
              }
            }
          }
        )
        const turn = yield* client.ask("Hello")
        expect(turn.map(SocketTalk.summary)).toEqual([
          "conversation-chain-start",
          "full-text Thinking...",
          "silent (",
          "silent A greeting.",
          "silent )",
          "tool_call_status",
          "audio Good morning! ",
          "audio La la.",
          "backend-synth-complete",
          "force-new-message",
          "conversation-chain-end"
        ])
        expect(stub.log.speeches.map(({ body }) => body.input)).toEqual(["translated: Good morning!"])
        expect(SocketTalk.sound(SocketTalk.spoken(turn).at(-1)!)).toEqual(pcm)
        expect(yield* client.story).toEqual(["human Hello", "ai Good morning! La la."])
        expect(JSON.parse(agent.requests[0]!.body)).toMatchObject({
          from: "Tester",
          text: "Hello",
          history: [],
          character: { name: "Hana", persona: "You are Hana.", emotions: ["neutral", "joy", "sadness"] }
        })

        yield* client.ask("And?")
        expect(JSON.parse(agent.requests[1]!.body)).toMatchObject({
          history: [{ role: "user", text: "Hello" }, { role: "assistant" }]
        })
        expect([...server.stdout, ...server.stderr].join("\n")).not.toContain(ServerFolder.secret)
      }),
    limit
  )

  it.scopedLive(
    "stops when it is interrupted",
    () =>
      Effect.gen(function* () {
        const { agent, client, server } = yield* talk((_, response) => {
          lines(response, [{ type: "text", text: "This is the first sentence. And " }])
        })
        yield* client.web.send({ type: "text-input", text: "Hello", images: [] })
        yield* client.web.next((message) => SocketTalk.summary(message).startsWith("audio "))
        yield* client.web.send({ type: "interrupt-signal", text: "This is" })
        const [request] = yield* agent.asked(1)
        expect(yield* Effect.promise(() => request!.over)).toBe("aborted")
        yield* Effect.sync(() => client.web.socket.close())
        yield* server.idle
      }),
    limit
  )
})
