import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Scope, Stream, TestClock } from "effect"
import * as EviServer from "../support/EviServer.ts"
import { collect, input } from "./describeAgent.ts"
import { answers, end, message, open, said, sound, until } from "./humeWords.ts"

describe("HumeAgent: its connection", () => {
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
})
