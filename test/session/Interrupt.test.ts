import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Stream, TestClock } from "effect"
import { interruptedMark } from "../../src/history/History.ts"
import { ask, end, lines, memoryOf, played, ready, says, start, tick } from "../support/Talk.ts"
import * as World from "../support/World.ts"

describe("interrupting", () => {
  it.effect("keeps what was heard, in memory and in the conversation, once", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.reply = () => says("One. Two. Three.")
        const client = yield* ready
        yield* client.send(ask("Count"))
        yield* tick
        yield* client.send({ type: "interrupt-signal", text: "One. " })
        yield* client.send({ type: "interrupt-signal", text: "One. Two. " })
        const seen = client.seen().length
        yield* client.send(played)
        yield* TestClock.adjust("1 minute")
        expect(client.seen()).toHaveLength(seen)
        expect(lines(world)).toEqual(["human: Count", "ai: One. ", `system: ${interruptedMark}`])
        yield* client.send(ask("Go on"))
        yield* tick
        expect(memoryOf(world)).toEqual(["user: Count", "assistant: One. ", `system: ${interruptedMark}`])
        yield* client.leave
      })
    )
  )

  it.effect("an agent with a memory of its own is told what was said and heard, and of nothing else", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.reply = () =>
          Stream.make(
            { _tag: "Think", text: "Hm." } as const,
            {
              _tag: "Text",
              text: "[joy] One. <think>Psst.</think>Two."
            } as const
          )
        const client = yield* ready
        yield* client.send(ask("Count"))
        yield* tick
        yield* client.send(played)
        yield* tick
        yield* client.send(ask("Again"))
        yield* tick
        yield* client.send({ type: "interrupt-signal", text: "One. " })
        yield* client.send(ask("And again"))
        yield* tick
        yield* client.send({ type: "interrupt-signal", text: "" })
        yield* client.send({ type: "ai-speak-signal", images: [] })
        yield* tick
        yield* client.send(played)
        yield* tick
        expect(world.remembered).toEqual([
          { from: "Human", asked: "Count", answer: "One. Two." },
          { from: "Human", asked: "Again", answer: "One. " }
        ])
        yield* client.leave
      })
    )
  )

  it.effect("a proactive turn of which nothing was heard leaves no answer behind", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.send({ type: "ai-speak-signal", images: [] })
        yield* tick
        expect(client.seen().at(-1)).toBe("backend-synth-complete")
        yield* client.send({ type: "interrupt-signal", text: "" })
        expect(lines(world)).toEqual([`system: ${interruptedMark}`])
        yield* client.send(ask("Hi"))
        yield* tick
        expect(memoryOf(world)).toEqual([`system: ${interruptedMark}`])
        yield* client.leave
      })
    )
  )

  it.effect("in the middle of storing the answer stores it once, as it was heard", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.reply = () => says("One. Two.")
        const client = yield* ready
        world.storing = "1 second"
        yield* client.send(ask("Count"))
        yield* TestClock.adjust("1500 millis")
        const interrupted = yield* Effect.fork(client.send({ type: "interrupt-signal", text: "One. " }))
        yield* TestClock.adjust("5 seconds")
        yield* Fiber.join(interrupted)
        expect(lines(world)).toEqual(["human: Count", "ai: One. ", `system: ${interruptedMark}`])
        yield* client.leave
      })
    )
  )

  it.effect("frees a client whose turn the server stops because the conversation is left", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.reply = () => Stream.never
        const client = yield* ready
        yield* client.send(ask("Hi"))
        yield* tick
        yield* client.send({ type: "create-new-history" })
        expect(client.seen().slice(-2)).toEqual(["conversation-chain-end", "new-history-created"])
        yield* client.send({ type: "create-new-history" })
        expect(client.seen().slice(-2)).toEqual(["new-history-created", "new-history-created"])
        yield* client.leave
      })
    )
  )

  it.effect("stores no empty message and no dots when nothing was heard", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.reply = () => Stream.never
        const client = yield* ready
        yield* client.send(ask("Count"))
        yield* tick
        yield* client.send({ type: "interrupt-signal", text: "" })
        expect(world.journal).toContain("reply ended")
        expect(lines(world)).toEqual(["human: Count", `system: ${interruptedMark}`])
        yield* client.leave
      })
    )
  )

  it.effect(
    "a new trigger interrupts the old turn first; nothing of the old comes after the new one's start",
    () =>
      World.run((world) =>
        Effect.gen(function* () {
          world.reply = ({ text }) => says(`${text} one. `, `${text} two.`)
          world.synthesis = (text) => (text.includes("two") ? 1000 : 0)
          const client = yield* ready
          yield* client.send(ask("Old"))
          yield* TestClock.adjust("10 millis")
          yield* client.send(ask("New"))
          yield* TestClock.adjust("1 second")
          yield* client.send(played)
          yield* tick
          expect(client.seen()).toEqual([
            ...start,
            "audio Old one. ",
            ...start,
            "audio New one. ",
            "audio New two.",
            ...end
          ])
          expect(world.journal).toContain("interrupt speech Old two.")
          expect(lines(world)).toEqual([
            "human: Old",
            "ai: Old one. ",
            `system: ${interruptedMark}`,
            "human: New",
            "ai: New one. New two."
          ])
          yield* client.leave
        })
      )
  )

  // Engines are ready at 3 s; the agent begins to write then, the first sentence is out 1 s later, synthesis of
  // the second takes another 1 s, and then the turn waits for playback.
  it.effect.each([
    ["while the agent loads", 1000, ["human: Hi", `system: ${interruptedMark}`]],
    ["while the model thinks", 3500, ["human: Hi", `system: ${interruptedMark}`]],
    ["while a sentence is spoken", 4500, ["human: Hi", `system: ${interruptedMark}`]],
    ["between two sentences", 5500, ["human: Hi", "ai: One. ", `system: ${interruptedMark}`]],
    ["while it is played", 7500, ["human: Hi", "ai: One. Two.", `system: ${interruptedMark}`]]
  ] as const)("a disconnect stops a turn %s and leaves nothing but its record", ([, at, expected]) =>
    World.run((world) =>
      Effect.gen(function* () {
        world.reply = () =>
          Stream.concat(Stream.fromEffect(Effect.sleep("1 second")).pipe(Stream.drain), says("One. Two."))
        world.synthesis = (text) => (text === "One." ? 1000 : 2000)
        const client = yield* World.connect
        yield* client.send(ask("Hi"))
        yield* TestClock.adjust(at)
        yield* client.leave
        const journal = [...world.journal]
        const seen = client.seen().length
        yield* TestClock.adjust("1 minute")
        expect(world.journal).toEqual(journal)
        expect(client.seen()).toHaveLength(seen)
        expect(lines(world)).toEqual(expected)
      })
    )
  )
})
