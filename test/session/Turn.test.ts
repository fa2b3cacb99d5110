import { describe, expect, it } from "@effect/vitest"
import { Effect, Stream, TestClock, TestContext } from "effect"
import * as fc from "fast-check"
import { LlmFailed } from "../../src/llm/Llm.ts"
import { ask, end, lines, memoryOf, played, ready, says, start, tick } from "../support/Talk.ts"
import * as World from "../support/World.ts"

describe("a turn", () => {
  it.effect("shows, speaks and ends, in the order of the protocol", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.reply = () => says("[joy] Hello ", "there. How are", " you? ...")
        const client = yield* ready
        yield* client.send(ask("Hi"))
        yield* tick
        yield* client.send(played)
        yield* tick
        expect(client.seen()).toEqual([
          ...start,
          "audio Hello there. ",
          "audio How are you? ",
          "silent ...",
          ...end
        ])
        expect(client.received[2]).toMatchObject({
          slice_length: 20,
          volumes: [1],
          actions: { expressions: [1] },
          display_text: { name: "a", avatar: "" },
          forwarded: false
        })
        expect(lines(world)).toEqual(["human: Hi", "ai: Hello there. How are you? ..."])
        yield* client.send(ask("And?"))
        yield* tick
        expect(memoryOf(world)).toEqual(["user: Hi", "assistant: [joy] Hello there. How are you? ..."])
        yield* client.leave
      })
    )
  )

  it.effect("delivers in order what is spoken out of order, three at a time", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.reply = () => says("One. Two. Three. Four. End")
        world.synthesis = (text) =>
          ({ "One.": 900, "Two.": 100, "Three.": 500, "Four.": 100, End: 0 })[text] ?? 0
        const client = yield* ready
        yield* client.send(ask("Count"))
        yield* TestClock.adjust("899 millis")
        expect(client.seen()).toEqual(start)
        yield* TestClock.adjust("1 second")
        expect(client.seen().slice(2, -1)).toEqual([
          "audio One. ",
          "audio Two. ",
          "audio Three. ",
          "audio Four. ",
          "audio End"
        ])
        expect(world.speaking.peak).toBe(3)
        yield* client.leave
      })
    )
  )

  it("delivers in the order of the text, for any mix of delays and failures", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.nat(3000), fc.constant("fail" as const)), { minLength: 1, maxLength: 12 }),
        (times) =>
          World.run((world) =>
            Effect.gen(function* () {
              const sentences = times.map((_, index) => `Number ${index} is here. `)
              world.reply = () => says(...sentences)
              world.synthesis = (text) => times[Number(text.split(" ")[1])] ?? 0
              const client = yield* ready
              yield* client.send(ask("Go"))
              yield* TestClock.adjust("40 seconds")
              const spoken = client.received.filter((message) => message.type === "audio")
              expect(spoken.map(({ display_text }) => display_text?.text)).toEqual(sentences)
              expect(spoken.map(({ audio }) => audio === null)).toEqual(times.map((time) => time === "fail"))
              yield* client.leave
            })
          ).pipe(Effect.provide(TestContext.TestContext), Effect.runPromise)
      ),
      { numRuns: 50 }
    ))

  it.effect("sends the first sentence while the model is still writing the rest", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.reply = () => Stream.concat(says("First. S"), Stream.fromEffect(Effect.never))
        const client = yield* ready
        yield* client.send(ask("Go"))
        yield* tick
        expect(client.seen().slice(2)).toEqual(["audio First. "])
        yield* client.leave
      })
    )
  )

  it.effect("delivers a sentence whose synthesis fails silent, tells so once, and goes on", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.reply = () => says("One. Two. Three. Four.")
        world.synthesis = (text) => (text === "Two." || text === "Three." ? "fail" : 10)
        const client = yield* ready
        yield* client.send(ask("Count"))
        yield* TestClock.adjust("1 second")
        const seen = client.seen().slice(2)
        expect(seen.filter((text) => !text.startsWith("error"))).toEqual([
          "audio One. ",
          "silent Two. ",
          "silent Three. ",
          "audio Four.",
          "backend-synth-complete"
        ])
        expect(client.received.filter(({ type }) => type === "error").length).toBeLessThanOrEqual(2)
        yield* client.leave
      })
    )
  )

  it.effect("keeps what a failing model had said, tells one error, and ends", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const failure = new LlmFailed({
          provider: "slow_llm",
          reason: "broken-off",
          detail: "it broke off",
          advice: "Ask again."
        })
        world.reply = () => Stream.concat(says("One. Tw"), Stream.fail(failure))
        world.synthesis = () => 100
        const client = yield* ready
        yield* client.send(ask("Count"))
        yield* TestClock.adjust("1 second")
        yield* client.send(played)
        yield* tick
        expect(client.seen()).toEqual([
          ...start,
          "audio One. ",
          "audio Tw",
          "error slow_llm: it broke off. Ask again.",
          ...end
        ])
        expect(lines(world)).toEqual(["human: Count", "ai: One. Tw"])

        world.reply = () => Stream.fail(failure)
        client.received.length = 0
        yield* client.send(ask("Again"))
        yield* tick
        expect(client.seen()).toEqual([
          ...start,
          "error slow_llm: it broke off. Ask again.",
          "force-new-message",
          "conversation-chain-end"
        ])
        yield* client.leave
      })
    )
  )

  it.effect("ends with one error when something dies inside, or when the model says nothing", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        for (const reply of [Stream.die("inside"), Stream.empty]) {
          world.reply = () => reply
          client.received.length = 0
          yield* client.send(ask("Hi"))
          yield* tick
          expect(client.received.map(({ type }) => type)).toEqual([
            "control",
            "full-text",
            "error",
            "force-new-message",
            "control"
          ])
          expect(JSON.stringify(client.received)).not.toContain("inside\\n")
        }
        yield* client.leave
      })
    )
  )

  it.effect("does not wait for ever for a client that never says that it has played", () =>
    World.run(() =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.send(ask("Hi"))
        yield* TestClock.adjust("15 seconds")
        expect(client.seen().at(-1)).toBe("backend-synth-complete")
        // 10 ms of sound and 15 s of grace.
        yield* TestClock.adjust("10 millis")
        expect(client.seen().slice(-3)).toEqual(end)
        yield* client.leave
      })
    )
  )

  it.effect("is not ended by late or repeated playback reports of another turn", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.send(ask("One"))
        yield* tick
        for (let count = 0; count < 10; count++) yield* client.send(played)
        yield* tick
        expect(client.seen().at(-1)).toBe("conversation-chain-end")

        world.synthesis = () => 1000
        yield* client.send(ask("Two"))
        yield* client.send(played)
        yield* TestClock.adjust("1 second")
        expect(client.seen().at(-1)).toBe("backend-synth-complete")
        yield* TestClock.adjust("10 seconds")
        expect(client.seen().at(-1)).toBe("backend-synth-complete")
        yield* client.send(played)
        yield* tick
        expect(client.seen().at(-1)).toBe("conversation-chain-end")
        yield* client.leave
      })
    )
  )

  it.effect("begins at once, while its agent is still loading", () =>
    World.run(() =>
      Effect.gen(function* () {
        const client = yield* World.connect
        yield* client.send(ask("Hi"))
        yield* Effect.yieldNow()
        expect(client.seen().slice(5)).toEqual(start)
        yield* TestClock.adjust("3 seconds")
        expect(client.seen()).toContain("audio You said Hi.")
        yield* client.leave
      })
    )
  )
})
