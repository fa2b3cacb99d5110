import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Pcm from "../../src/audio/Pcm.ts"
import type { Audio } from "../../src/protocol/ServerMessage.ts"
import * as BuiltServer from "../support/BuiltServer.ts"
import * as ServerFolder from "../support/ServerFolder.ts"
import * as StubProviders from "../support/StubProviders.ts"
import type { StubOptions } from "../support/StubServer.ts"
import * as SocketTalk from "../support/SocketTalk.ts"

const limit = 60_000

/** The built server with a character that thinks and speaks by a stub, and a client that has been greeted. */
const talk = Effect.fnUntraced(function* (options: StubOptions = {}, format: "wav" | "mp3" = "wav") {
  const stub = yield* StubProviders.open(options)
  const server = yield* BuiltServer.start(
    yield* ServerFolder.make({ character: ServerFolder.stubbed("Hana", stub, { format }) })
  )
  const client = yield* SocketTalk.open(server.url)
  return { stub, server, client }
}, Effect.provide(NodeContext.layer))

const answer = ["[joy] Rain again. ", "That makes three ", "days! ", "Shall we stay in?"]
const sentences = ["Rain again. ", "That makes three days! ", "Shall we stay in?"]

const texts = (turn: ReadonlyArray<Audio>) => turn.map(({ display_text }) => display_text?.text)

describe("a whole turn with a provider's model and voice", () => {
  it.scopedLive(
    "gives every message in order, with sound, mouth and text, and keeps the conversation",
    () =>
      Effect.gen(function* () {
        const { client, stub } = yield* talk({ chat: () => ({ chunks: answer, delayMs: 5 }) })
        const turn = yield* client.ask("How is the weather?")
        expect(turn.map(SocketTalk.summary)).toEqual([
          "conversation-chain-start",
          "full-text Thinking...",
          ...sentences.map((text) => `audio ${text}`),
          "backend-synth-complete",
          "force-new-message",
          "conversation-chain-end"
        ])
        expect(stub.log.speeches.map(({ body }) => body.input).toSorted()).toEqual(
          sentences.map((text) => text.trim()).toSorted()
        )
        for (const [index, sentence] of SocketTalk.spoken(turn).entries()) {
          const pcm = SocketTalk.sound(sentence)
          expect(Pcm.duration(pcm)).toBe(Math.max(200, sentences[index]!.trim().length * 60))
          expect(SocketTalk.isSilent(pcm)).toBe(false)
          expect(sentence.slice_length).toBe(20)
          expect(sentence.volumes).toHaveLength(SocketTalk.slices(pcm))
          expect(Math.max(...sentence.volumes)).toBe(1)
          expect(Math.min(...sentence.volumes)).toBeGreaterThanOrEqual(0)
          expect(sentence.display_text).toEqual({ text: sentences[index], name: "Hana", avatar: "" })
          expect(sentence.actions).toEqual(
            index === 0 ? { expressions: [ServerFolder.emotionMap.joy] } : null
          )
          expect(sentence.forwarded).toBe(false)
        }
        expect(yield* client.story).toEqual(["human How is the weather?", `ai ${sentences.join("")}`])
        expect(stub.log.chats[0]?.headers.authorization).toBe(`Bearer ${ServerFolder.secret}`)
        expect(stub.log.chats[0]?.body.messages[0]).toMatchObject({
          role: "system",
          content: expect.stringContaining("You are Hana.")
        })

        yield* client.ask("And tomorrow?")
        expect(stub.log.chats[1]?.body.messages.slice(1).map(({ role }) => role)).toEqual([
          "user",
          "assistant",
          "user"
        ])
      }),
    limit
  )

  it.scopedLive(
    "plays a voice that comes as mp3",
    () =>
      Effect.gen(function* () {
        const { client } = yield* talk({ chat: () => ({ chunks: answer }) }, "mp3")
        const spoken = SocketTalk.spoken(yield* client.ask("How is the weather?"))
        expect(texts(spoken)).toEqual(sentences)
        for (const sentence of spoken) {
          const pcm = SocketTalk.sound(sentence)
          expect(SocketTalk.isSilent(pcm)).toBe(false)
          expect(Math.abs(Pcm.duration(pcm) - 640)).toBeLessThan(60)
          expect(sentence.volumes).toHaveLength(SocketTalk.slices(pcm))
        }
      }),
    limit
  )

  it.scopedLive(
    "shows the model what the user shows",
    () =>
      Effect.gen(function* () {
        const { client, stub } = yield* talk()
        const data = `data:image/png;base64,${Buffer.from("a picture").toString("base64")}`
        yield* client.ask("What is this?", [{ source: "upload", data, mime_type: "image/png" }])
        expect(stub.log.chats[0]?.body.messages.at(-1)?.content).toEqual([
          { type: "text", text: "What is this?" },
          { type: "image_url", image_url: expect.objectContaining({ url: data }) }
        ])
      }),
    limit
  )

  it.scopedLive(
    "stops at an interrupt, down to the provider's request, and remembers what was heard",
    () =>
      Effect.gen(function* () {
        const endless = Array.from({ length: 1000 }, (_, index) => `Sentence ${index} of many. `)
        const { client, stub } = yield* talk({
          chat: (_, index) => (index === 0 ? { chunks: endless, delayMs: 50 } : {})
        })
        yield* client.web.send({ type: "text-input", text: "Tell me everything", images: [] })
        yield* client.web.nextOf("audio")
        yield* client.web.send({ type: "interrupt-signal", text: "Sentence 0" })
        yield* Effect.promise(() => stub.log.chats[0]!.over)
        expect(stub.log.chats[0]?.aborted).toBe(true)
        expect(yield* client.story).toEqual(["human Tell me everything", "ai Sentence 0"])
        // Nothing more of the old turn comes, not even its end: the new one begins after what was asked for last.
        const turn = yield* client.ask("And now?")
        expect(turn.map(SocketTalk.summary).at(0)).toBe("conversation-chain-start")
        expect(
          SocketTalk.spoken(turn).some(({ display_text }) => display_text?.text.includes("of many") === true)
        ).toBe(false)
        expect(stub.log.chats[1]?.body.messages.slice(1)).toMatchObject([
          { role: "user", content: "Tell me everything" },
          { role: "assistant", content: "Sentence 0" },
          { role: "user", content: "[Interrupted by user]" },
          { role: "user", content: "And now?" }
        ])
      }),
    limit
  )

  it.scopedLive(
    "tells one readable error if the provider refuses the key, and ends the turn",
    () =>
      Effect.gen(function* () {
        const refuse = { status: 401, message: `Incorrect API key provided: ${ServerFolder.secret}` }
        const { client, server } = yield* talk({ chat: () => ({ refuse }) })
        const turn = (yield* client.ask("Hello")).map(SocketTalk.summary)
        expect(turn).toEqual([
          "conversation-chain-start",
          "full-text Thinking...",
          expect.stringMatching(/^error .*openai_compatible_llm.*key.*401.*llm_api_key/u),
          "force-new-message",
          "conversation-chain-end"
        ])
        const said = [...turn, ...server.stdout, ...server.stderr].join("\n")
        expect(said).not.toContain(ServerFolder.secret)
        expect(turn.join("\n")).not.toMatch(/\n\s+at |node_modules|Error:/u)
      }),
    limit
  )

  it.scopedLive(
    "delivers a sentence silent whose synthesis fails, says so once, and speaks the others",
    () =>
      Effect.gen(function* () {
        const { client } = yield* talk({
          chat: () => ({ chunks: answer }),
          speech: ({ body }) =>
            body.input.startsWith("That") ? { refuse: { status: 400, message: "no such word" } } : {}
        })
        const turn = yield* client.ask("How is the weather?")
        expect(
          SocketTalk.spoken(turn).map(({ audio, display_text }) => [display_text?.text, audio === null])
        ).toEqual(sentences.map((text) => [text, text.startsWith("That")]))
        expect(turn.map(SocketTalk.summary).filter((text) => text.startsWith("error"))).toEqual([
          expect.stringContaining("no such word")
        ])
        expect(turn.map(SocketTalk.summary).slice(-3)).toEqual([
          "backend-synth-complete",
          "force-new-message",
          "conversation-chain-end"
        ])
        expect(yield* client.story).toContain(`ai ${sentences.join("")}`)
      }),
    limit
  )

  it.scopedLive(
    "speaks of its own accord when asked to, without keeping the prompt",
    () =>
      Effect.gen(function* () {
        const { client, stub } = yield* talk({ chat: () => ({ chunks: ["Did you know? Tea is old."] }) })
        const turn = yield* client.request({ type: "ai-speak-signal", idle_time: -1 })
        expect(turn.map(SocketTalk.summary)).toEqual([
          "full-text AI wants to speak something...",
          "conversation-chain-start",
          "full-text Thinking...",
          "audio Did you know? ",
          "audio Tea is old.",
          "backend-synth-complete",
          "force-new-message",
          "conversation-chain-end"
        ])
        expect(yield* client.story).toEqual(["ai Did you know? Tea is old."])
        expect(stub.log.chats[0]?.text).not.toBe("")
      }),
    limit
  )
})
