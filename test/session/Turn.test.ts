import { describe, expect, it } from "@effect/vitest"
import { Effect, Stream, TestClock, TestContext } from "effect"
import * as fc from "fast-check"
import type { AgentEvent } from "../../src/agent/Agent.ts"
import { interruptedMark } from "../../src/history/History.ts"
import { LlmFailed } from "../../src/llm/Llm.ts"
import * as World from "../support/World.ts"

/** A client whose engines are ready, without the opening sequence in what it has seen. */
const ready = Effect.gen(function* () {
  const client = yield* World.connect
  yield* TestClock.adjust("3 seconds")
  client.received.length = 0
  return client
})

const says = (...texts: ReadonlyArray<string>) =>
  Stream.fromIterable(texts.map((text): AgentEvent => ({ _tag: "Text", text })))

const ask = (text: string) => ({ type: "text-input", text, images: [] }) as const
const played = { type: "frontend-playback-complete" } as const
const tick = TestClock.adjust("1 millis")

const start = ["conversation-chain-start", "full-text Thinking..."]
const end = ["backend-synth-complete", "force-new-message", "conversation-chain-end"]

const lines = (world: World.World) =>
  [...world.stored.values()].flatMap((rows) => rows.map(({ content, role }) => `${role}: ${content}`))

const memoryOf = (world: World.World) => world.asked.at(-1)?.memory.map(({ role, text }) => `${role}: ${text}`)

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
        world.synthesis = (text) => ({ "One.": 900, "Two.": 100, "Three.": 500, "Four.": 100, End: 0 })[text] ?? 0
        const client = yield* ready
        yield* client.send(ask("Count"))
        yield* TestClock.adjust("899 millis")
        expect(client.seen()).toEqual(start)
        yield* TestClock.adjust("1 second")
        expect(client.seen().slice(2, -1)).toEqual(["audio One. ", "audio Two. ", "audio Three. ", "audio Four. ", "audio End"])
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
        const failure = new LlmFailed({ provider: "slow_llm", reason: "broken-off", detail: "it broke off", advice: "Ask again." })
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
          expect(client.received.map(({ type }) => type)).toEqual(["control", "full-text", "error", "force-new-message", "control"])
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

  it.effect("a new trigger interrupts the old turn first; nothing of the old comes after the new one's start", () =>
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
        world.reply = () => Stream.concat(Stream.fromEffect(Effect.sleep("1 second")).pipe(Stream.drain), says("One. Two."))
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

describe("ai-speak-signal", () => {
  it.effect("speaks of its own accord; neither memory nor the conversation keeps the prompt", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.send({ type: "ai-speak-signal", images: [] })
        yield* tick
        yield* client.send(played)
        yield* tick
        expect(client.seen()).toEqual([
          "full-text AI wants to speak something...",
          ...start,
          "audio You said Say something..",
          ...end
        ])
        expect(lines(world)).toEqual(["ai: You said Say something.."])
        yield* client.send(ask("Hi"))
        yield* tick
        expect(memoryOf(world)).toEqual(["assistant: You said Say something.."])
        yield* client.leave
      })
    )
  )
})

describe("mic-audio-end", () => {
  const chunk = (sample: number) =>
    ({ type: "mic-audio-data", audio: new Float32Array(4096).fill(sample) }) as const

  it.effect("transcribes the utterance and answers it", () =>
    World.run(() =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.send(chunk(0.1))
        yield* client.send(chunk(0.1))
        yield* client.send({ type: "mic-audio-end", images: [] })
        yield* tick
        expect(client.seen()).toEqual([...start, "user-input-transcription", "audio You said hello.", "backend-synth-complete"])
        yield* client.leave
      })
    )
  )

  it.effect("frees the page when nothing was recognised, or nothing came", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.send({ type: "mic-audio-end", images: [] })
        expect(client.received.map(({ type }) => type)).toEqual(["error", "control"])
        client.received.length = 0
        yield* client.send(chunk(0))
        yield* client.send({ type: "mic-audio-end", images: [] })
        yield* tick
        expect(client.received.at(2)?.type).toBe("error")
        expect(client.seen().at(-1)).toBe("conversation-chain-end")
        expect(lines(world)).toEqual([])
        yield* client.leave
      })
    )
  )
})

describe("images", () => {
  it.effect("reach the agent with the text", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        const image = { source: "camera", data: "data:image/png;base64,AAAA", mime_type: "image/png" } as const
        yield* client.send({ type: "text-input", text: "What is this?", images: [image] })
        yield* tick
        expect(world.asked[0]?.images).toEqual([{ mimeType: "image/png", base64: "AAAA" }])
        yield* client.leave
      })
    )
  )
})
