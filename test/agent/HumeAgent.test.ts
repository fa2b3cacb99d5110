import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, Fiber, Layer, Redacted, Scope, Stream, TestClock } from "effect"
import type { AgentEvent } from "../../src/agent/Agent.ts"
import * as HumeAgent from "../../src/agent/HumeAgent.ts"
import { Decode } from "../../src/audio/Decode.ts"
import * as Wav from "../../src/audio/Wav.ts"
import * as McpClient from "../../src/mcp/McpClient.ts"
import * as EviServer from "../support/EviServer.ts"
import { characterConfig } from "../support/Fixtures.ts"
import { collect, input } from "./describeAgent.ts"

const secret = "hume-key-very-secret"

const open = (host: string, config_id?: string) =>
  Effect.flatMap(Layer.build(Decode.layer), (context) =>
    HumeAgent.open(
      { decode: Context.get(context, Decode) },
      {
        api_key: Redacted.make(secret),
        host,
        idle_timeout: 15,
        ...(config_id === undefined ? {} : { config_id })
      },
      {
        character: { ...characterConfig("Hana"), persona_prompt: "You are Hana." },
        emotions: ["joy", "anger"],
        tools: McpClient.none
      }
    )
  )

// Messages as https://dev.hume.ai/reference/empathic-voice-interface-evi/chat/chat documents them.
const pcm = (value: number) => ({ samples: new Int16Array(4).fill(value), sampleRate: 48_000 })
const message = (id: string, content: string, scores: Readonly<Record<string, number>> = {}) => ({
  type: "assistant_message",
  id,
  from_text: false,
  message: { role: "assistant", content },
  models: { prosody: { scores } }
})
const sound = (id: string, index: number, value: number) => ({
  type: "audio_output",
  id,
  index,
  data: Wav.encode(pcm(value)).toString("base64")
})
const end = { type: "assistant_end" }

const said = (text: string, value?: number): AgentEvent => ({
  _tag: "Audio",
  text,
  pcm: value === undefined ? { samples: new Int16Array(0), sampleRate: 16_000 } : pcm(value)
})

const answers =
  (...messages: ReadonlyArray<object>) =>
  (_: string, send: (message: object) => void) => {
    for (const one of messages) send(one)
  }

const until = (condition: () => boolean) =>
  Effect.gen(function* () {
    while (!condition()) yield* Effect.promise(() => new Promise(setImmediate))
  })

describe("HumeAgent", () => {
  it.scopedLive("speaks its sentences with its own voice, in order, and with the face that it makes", () =>
    Effect.gen(function* () {
      const server = yield* EviServer.open(
        answers(
          { type: "user_message", message: { role: "user", content: "What is this?" } },
          message("a", "A cat!", { Joy: 0.8, Anger: 0.1 }),
          sound("a", 0, 1),
          sound("a", 1, 2),
          message("b", "It sleeps.", { Calmness: 0.9, Joy: 0.4 }),
          message("c", "Psst.", { Anger: 0.1 }),
          { type: "assistant_prosody", id: "b" },
          sound("c", 0, 3),
          end
        )
      )
      const agent = yield* open(server.url, "config-1")
      const { events, failure } = yield* collect(agent.reply(input()))
      assert.isUndefined(failure)
      assert.deepStrictEqual(events, [
        said("[joy] A cat! ", 1),
        said("", 2),
        said("It sleeps. "),
        said("Psst. ", 3)
      ])
      const chat = server.chats[0]!
      assert.strictEqual(chat.path, "/v0/evi/chat")
      assert.deepStrictEqual(
        [...chat.query],
        [
          ["api_key", secret],
          ["config_id", "config-1"]
        ]
      )
      assert.deepStrictEqual(chat.said, [{ type: "user_input", text: "What is this?" }])
    })
  )

  it.scopedLive(
    "leaves the voice to the character if there is none there, and the persona is its prompt",
    () =>
      Effect.gen(function* () {
        const server = yield* EviServer.open(answers(message("a", "A cat."), end))
        const { events } = yield* collect((yield* open(server.url)).reply(input()))
        assert.deepStrictEqual(events, [{ _tag: "Text", text: "A cat. " }])
        assert.deepStrictEqual(server.chats[0]!.said[0], {
          type: "session_settings",
          system_prompt: "You are Hana."
        })
      })
  )

  it.scoped("keeps its connection until there is no turn for a while, and then goes on where it was", () =>
    Effect.gen(function* () {
      const server = yield* EviServer.open(answers(message("a", "Yes."), sound("a", 0, 1), end))
      const agent = yield* open(server.url)
      const turn = (conversation: string) => Stream.runDrain(agent.reply(input({ conversation })))
      yield* turn("c1")
      yield* TestClock.adjust("14 seconds")
      yield* turn("c1")
      yield* TestClock.adjust("14 seconds")
      assert.lengthOf(server.chats, 1)
      yield* TestClock.adjust("1 seconds")
      yield* Effect.promise(() => server.chats[0]!.closed)

      yield* turn("c1")
      assert.strictEqual(server.chats[1]!.query.get("resumed_chat_group_id"), "group-1")
      // Another conversation knows nothing of this one.
      yield* turn("c2")
      assert.lengthOf(server.chats, 3)
      assert.isNull(server.chats[2]!.query.get("resumed_chat_group_id"))
      yield* Effect.promise(() => server.chats[1]!.closed)
    })
  )

  it.scopedLive(
    "closes its connection when a turn is interrupted: nothing of the old answer comes in the next",
    () =>
      Effect.gen(function* () {
        const server = yield* EviServer.open((text, send) => {
          if (text === "long")
            answers(message("a", "One."), sound("a", 0, 1), message("b", "Two."))(text, send)
          else answers(message("c", "Three."), sound("c", 0, 3), end)(text, send)
        })
        const agent = yield* open(server.url)
        const first = yield* agent.reply(input({ text: "long" })).pipe(Stream.take(1), Stream.runCollect)
        assert.deepStrictEqual([...first], [said("One. ", 1)])
        yield* Effect.promise(() => server.chats[0]!.closed)
        const { events } = yield* collect(agent.reply(input({ text: "short" })))
        assert.deepStrictEqual(events, [said("Three. ", 3)])
        assert.strictEqual(server.chats[1]!.query.get("resumed_chat_group_id"), "group-1")
      })
  )

  it.scoped("keeps its connection while an answer takes long", () =>
    Effect.gen(function* () {
      let finish: () => void = () => undefined
      const server = yield* EviServer.open((text, send) => {
        const all = () => answers(message(text, text), sound(text, 0, 1), end)(text, send)
        if (text === "slow") finish = all
        else all()
      })
      const agent = yield* open(server.url)
      yield* Stream.runDrain(agent.reply(input({ text: "fast" })))
      yield* TestClock.adjust("14 seconds")
      const answering = yield* Effect.fork(collect(agent.reply(input({ text: "slow" }))))
      yield* until(() => server.chats[0]!.said.at(-1)?.text === "slow")
      yield* TestClock.adjust("16 seconds")
      finish()
      assert.deepStrictEqual((yield* Fiber.join(answering)).events, [said("slow ", 1)])
      assert.lengthOf(server.chats, 1)
    })
  )

  it.scopedLive("takes nothing that it says between two turns for the next answer", () =>
    Effect.gen(function* () {
      let speak: (message: object) => void = () => undefined
      const server = yield* EviServer.open((text, send) => {
        speak = send
        answers(message(text, text), sound(text, 0, 1), end)(text, send)
      })
      const agent = yield* open(server.url)
      const answered = (text: string) =>
        Effect.map(collect(agent.reply(input({ text }))), ({ events }) => events)
      assert.deepStrictEqual(yield* answered("One."), [said("One. ", 1)])
      speak({ type: "assistant_prosody", id: "One." })
      assert.deepStrictEqual(yield* answered("Two."), [said("Two. ", 1)])
      assert.lengthOf(server.chats, 1)
      for (const unasked of [message("x", "Are you there?"), sound("x", 0, 2), end]) speak(unasked)
      yield* Effect.promise(() => server.chats[0]!.closed)
      assert.deepStrictEqual(yield* answered("Three."), [said("Three. ", 1)])
      assert.strictEqual(server.chats[1]!.query.get("resumed_chat_group_id"), "group-1")
    })
  )

  it.scopedLive("closes its connection with its scope", () =>
    Effect.gen(function* () {
      const server = yield* EviServer.open(answers(message("a", "Yes."), sound("a", 0, 1), end))
      const scope = yield* Scope.make()
      const agent = yield* Scope.extend(open(server.url), scope)
      yield* Stream.runDrain(agent.reply(input()))
      yield* Scope.close(scope, Exit.void)
      yield* Effect.promise(() => server.chats[0]!.closed)
    })
  )

  it.scopedLive("opens another connection when the old one is gone", () =>
    Effect.gen(function* () {
      let turns = 0
      const server = yield* EviServer.open((text, send, socket) => {
        turns++
        if (turns === 2) return void socket.terminate()
        answers(message("a", "Yes."), sound("a", 0, 1), end)(text, send)
      })
      const agent = yield* open(server.url)
      yield* Stream.runDrain(agent.reply(input()))
      const { events, failure } = yield* collect(agent.reply(input()))
      assert.isUndefined(failure)
      assert.deepStrictEqual(events, [said("Yes. ", 1)])
      assert.lengthOf(server.chats, 2)
    })
  )

  for (const [status, reason, says] of [
    [401, "unauthorized", /does not let us in \(status 401\).*hume_ai_agent\.api_key/],
    [404, "unknown-model", /does not know this configuration.*config_id/],
    [500, "rejected", /failed with status 500/]
  ] as const) {
    it.scopedLive(`explains status ${status}`, () =>
      Effect.gen(function* () {
        const server = yield* EviServer.open(() => undefined, status)
        const { failure } = yield* collect((yield* open(server.url)).reply(input()))
        assert.strictEqual(failure?.provider, "hume_ai_agent")
        assert.strictEqual(failure?.reason, reason)
        assert.match(failure?.message ?? "", says)
        assert.notInclude(JSON.stringify(failure), secret)
      })
    )
  }

  for (const [what, last, says] of [
    [
      "an error",
      { type: "error", code: "E0300", slug: "no_credits", message: `no credits for ${secret}` },
      /reports a failure: "no credits for …"/
    ],
    ["garbage", "{broken", /sent what is no message of EVI/],
    ["a message that lacks what it should have", { type: "audio_output" }, /sent what is no message of EVI/],
    [
      "sound that is none",
      { type: "audio_output", id: "b", data: "bm9uZQ==" },
      /sound that cannot be decoded/
    ]
  ] as const) {
    it.scopedLive(`explains ${what}`, () =>
      Effect.gen(function* () {
        const server = yield* EviServer.open((_, send) => {
          for (const one of [message("a", "One."), sound("a", 0, 1), last]) send(one)
        })
        const { events, failure } = yield* collect((yield* open(server.url)).reply(input()))
        assert.deepStrictEqual(events, [said("One. ", 1)])
        assert.strictEqual(failure?.reason, "broken-off")
        assert.match(failure?.message ?? "", says)
      })
    )
  }

  it.scopedLive("gives what came before the connection was cut", () =>
    Effect.gen(function* () {
      const server = yield* EviServer.open((_, send, socket) => {
        for (const one of [message("a", "One."), sound("a", 0, 1)]) send(one)
        socket.close(1011, "fell over")
      })
      const { events, failure } = yield* collect((yield* open(server.url)).reply(input()))
      assert.deepStrictEqual(events, [said("One. ", 1)])
      assert.match(failure?.message ?? "", /closed the connection/)
      assert.lengthOf(server.chats, 1)
    })
  )

  it.scoped("gives up an agent that says nothing", () =>
    Effect.gen(function* () {
      const server = yield* EviServer.open(() => undefined)
      const agent = yield* open(server.url)
      const answering = yield* Effect.fork(Effect.flip(Stream.runDrain(agent.reply(input()))))
      yield* until(() => (server.chats[0]?.said.length ?? 0) > 1)
      while (answering.unsafePoll() === null) {
        yield* TestClock.adjust("1 minutes")
        yield* Effect.promise(() => new Promise(setImmediate))
      }
      assert.match((yield* Fiber.join(answering)).message, /has said nothing for too long/)
      yield* Effect.promise(() => server.chats[0]!.closed)
    })
  )

  it.scopedLive("says where no server answers", () =>
    Effect.gen(function* () {
      const { url } = yield* Effect.scoped(EviServer.open(() => undefined))
      const { failure } = yield* collect((yield* open(url)).reply(input()))
      assert.include(
        failure?.message ?? "",
        `no server answers at ${new URL(url).host}. Start it, or correct agent_settings.hume_ai_agent.host.`
      )
      assert.notInclude(JSON.stringify(failure), secret)
    })
  )
})
