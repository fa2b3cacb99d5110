import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream, TestClock } from "effect"
import * as EviServer from "../support/EviServer.ts"
import { collect, input } from "./describeAgent.ts"
import { answers, end, message, open, said, secret, sound, until } from "./humeWords.ts"

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
    ["a message that lacks what it should have", { type: "audio_output" }, /sent what is no message of EVI/]
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

  it.scopedLive("goes on when a piece of sound cannot be played", () =>
    Effect.gen(function* () {
      const server = yield* EviServer.open(
        answers(
          message("a", "One."),
          { type: "audio_output", id: "a", data: "bm9uZQ==" },
          message("b", "Two."),
          sound("b", 0, 1),
          end
        )
      )
      const { events, failure } = yield* collect((yield* open(server.url)).reply(input()))
      assert.isUndefined(failure)
      assert.deepStrictEqual(events, [said("One. "), said("Two. ", 1)])
    })
  )

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
      assert.match((yield* Fiber.join(answering)).message, /has said nothing for [\d.]+ s\. /)
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
