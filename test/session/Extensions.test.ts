import { describe, expect, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { ask, end, played, ready, start, tick } from "../support/Talk.ts"
import * as World from "../support/World.ts"

const chunk = { type: "mic-audio-data", audio: new Float32Array(4096).fill(0.1) } as const
const over = { type: "mic-audio-end", images: [] } as const
const partials = { type: "use-extensions", partial_transcripts: true } as const
const off = { type: "use-extensions", partial_transcripts: false } as const
const toAnother = { type: "switch-config", file: "b.yaml" } as const

const seenOf = (client: { readonly received: ReadonlyArray<{ readonly type: string }> }, type: string) =>
  client.received.filter((message) => message.type === type)

describe("use-extensions", () => {
  it.effect("says what is in use; what a message leaves out stays as it was", () =>
    World.run(() =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.send(partials)
        yield* client.send({ type: "use-extensions", binary_audio: "raw-audio-data", tool_consent: true })
        expect(seenOf(client, "extensions-in-use")).toEqual([
          {
            type: "extensions-in-use",
            binary_audio: null,
            partial_transcripts: true,
            tool_consent: false,
            config_changes: false,
            wake_word_state: false,
            only_writes: false,
            person: null
          },
          {
            type: "extensions-in-use",
            binary_audio: "raw-audio-data",
            partial_transcripts: true,
            tool_consent: true,
            config_changes: false,
            wake_word_state: false,
            only_writes: false,
            person: null
          }
        ])
        yield* client.leave
      })
    )
  )
})

describe("user-input-partial", () => {
  it.effect("grows while one speaks, and the turn has what was heard", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.listens = 10
        const client = yield* ready
        yield* client.send(partials)
        client.received.length = 0
        for (const message of [chunk, chunk]) yield* client.send(message)
        yield* TestClock.adjust("20 millis")
        yield* client.send(over)
        yield* tick
        expect(seenOf(client, "user-input-partial")).toEqual([
          { type: "user-input-partial", text: "word" },
          { type: "user-input-partial", text: "word word" }
        ])
        expect(seenOf(client, "user-input-transcription")).toEqual([
          { type: "user-input-transcription", text: "2 words" }
        ])
        expect(world.journal).toContain("stop listening")
        yield* client.leave
      })
    )
  )

  it.effect("is not sent to a client that did not ask for it", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.listens = 10
        const client = yield* ready
        yield* client.send(chunk)
        yield* TestClock.adjust("20 millis")
        yield* client.send(over)
        yield* tick
        expect(seenOf(client, "user-input-partial")).toEqual([])
        expect(world.journal).not.toContain("listen")
        yield* client.send(played)
        yield* tick
        expect(client.seen()).toEqual([...start, "user-input-transcription", "audio You said hello.", ...end])
        yield* client.leave
      })
    )
  )

  it.effect("costs nothing but the preview when the recogniser cannot, or lags far behind", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.send(partials)
        yield* client.send(chunk)
        yield* client.send(over)
        yield* tick
        expect(seenOf(client, "user-input-transcription")).toEqual([
          { type: "user-input-transcription", text: "hello" }
        ])
        yield* client.leave

        world.listens = 60_000
        const late = yield* ready
        yield* late.send(partials)
        for (let sent = 0; sent < 80; sent++) yield* late.send(chunk)
        yield* late.send(over)
        yield* tick
        expect(seenOf(late, "user-input-transcription")).toEqual([
          { type: "user-input-transcription", text: "hello" }
        ])
        yield* late.leave
      })
    )
  )

  it.effect("ends with an utterance that is given up, and nothing of it is in the next one", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.listens = 10
        const client = yield* ready
        yield* client.send(partials)
        for (const message of [chunk, chunk]) yield* client.send(message)
        yield* TestClock.adjust("10 millis")
        yield* client.send({ type: "mic-audio-cancel" })
        expect(world.journal.filter((line) => line.includes("listen"))).toEqual(["listen", "stop listening"])
        yield* TestClock.adjust("1 second")
        expect(seenOf(client, "user-input-partial")).toHaveLength(1)
        yield* client.send(chunk)
        yield* TestClock.adjust("10 millis")
        yield* client.send(over)
        yield* tick
        expect(seenOf(client, "user-input-transcription")).toEqual([
          { type: "user-input-transcription", text: "1 words" }
        ])
        yield* client.leave
      })
    )
  )

  it.effect.each([
    ["asked for in the middle of it", [chunk, partials, chunk], []],
    ["given up and asked for again", [partials, chunk, off, partials, chunk], ["listen", "stop listening"]],
    ["and a switch in the middle of it", [partials, chunk, toAnother, chunk], ["listen", "stop listening"]]
  ] as const)("shows the beginning of an utterance or nothing: %s", ([, messages, listened]) =>
    World.run((world) =>
      Effect.gen(function* () {
        world.listens = 10
        const client = yield* ready
        for (const message of messages) {
          yield* client.send(message)
          if (message.type === "switch-config") yield* TestClock.adjust("3 seconds")
        }
        yield* TestClock.adjust("1 second")
        yield* client.send(over)
        yield* tick
        expect(world.journal.filter((line) => line.includes("listen"))).toEqual(listened)
        // All of it, by the recogniser that transcribes whole utterances.
        expect(world.transcribed.map(({ length }) => length)).toEqual([2 * chunk.audio.length])
        yield* client.leave
      })
    )
  )

  it.effect("ends with an utterance that gets too long, of which the beginning is transcribed", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.listens = 10
        const client = yield* ready
        yield* client.send(partials)
        yield* client.send(chunk)
        yield* client.send({ type: "mic-audio-data", audio: new Float32Array(3_000_000).fill(0.1) })
        yield* client.send(chunk)
        yield* TestClock.adjust("1 second")
        yield* client.send(over)
        yield* tick
        expect(seenOf(client, "error")).toHaveLength(1)
        expect(world.journal.filter((line) => line.includes("listen"))).toEqual(["listen", "stop listening"])
        expect(world.transcribed.map(({ length }) => length)).toEqual([1_920_000])
        yield* client.leave
      })
    )
  )

  it.effect("ends with an utterance in which nothing can be heard", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.listens = 60_000
        const client = yield* ready
        yield* client.send(partials)
        yield* client.send({ type: "mic-audio-data", audio: new Float32Array(4096) })
        yield* client.send(over)
        expect(world.journal.filter((line) => line.includes("listen"))).toEqual(["listen", "stop listening"])
        yield* client.leave
      })
    )
  )

  it.effect("stops listening when the client leaves in the middle of a word", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.listens = 60_000
        const client = yield* ready
        yield* client.send(partials)
        yield* client.send(chunk)
        yield* TestClock.adjust("1 second")
        yield* client.leave
        expect(world.journal.filter((line) => line.includes("listen"))).toEqual(["listen", "stop listening"])
      })
    )
  )
})

describe("a person whom the client names", () => {
  const named = { type: "use-extensions", person: "Anna" } as const

  it.effect("is who speaks, for the agent and in the stored conversation", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.send({ type: "create-new-history" })
        yield* client.send(named)
        yield* client.send(ask("Hi"))
        yield* tick
        expect(world.asked.map(({ from }) => from)).toEqual(["Anna"])
        // Nothing had been said: they speak in the conversation that was made for them.
        expect(world.stored.size).toBe(1)
        expect([...world.stored.values()].flat().map(({ name }) => name)).toEqual(["Anna", "a"])
        yield* client.leave
      })
    )
  )

  it.effect("is told nothing of what the one before has said, whose turn ends", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.send(ask("I am Ben"))
        yield* tick
        yield* client.send(played)
        yield* tick
        yield* client.send({ type: "use-extensions", person: "Human" })
        yield* client.send(ask("I live in Rome"))
        yield* tick
        expect(world.asked.at(-1)?.memory).toHaveLength(2)
        yield* client.send(named)
        expect(client.seen().slice(-2)).toEqual(["conversation-chain-end", "extensions-in-use"])
        yield* client.send(ask("Who am I"))
        yield* tick
        expect(world.asked.at(-1)).toMatchObject({ from: "Anna", memory: [] })
        expect([...world.stored.values()].map((rows) => rows[0]?.content)).toEqual(["I am Ben", "Who am I"])
        // Naming her again changes nothing.
        yield* client.send(played)
        yield* tick
        yield* client.send(named)
        yield* client.send(ask("And now"))
        yield* tick
        expect(world.asked.at(-1)?.memory).toHaveLength(2)
        // Null is whoever spoke at first; what Anna has said is none of theirs.
        yield* client.send({ type: "use-extensions", person: null })
        expect(client.received.at(-1)).toMatchObject({ type: "extensions-in-use", person: null })
        yield* client.send(ask("Who am I"))
        yield* tick
        expect(world.asked.at(-1)).toMatchObject({ from: "Human", memory: [] })
        yield* client.leave
      })
    )
  )

  it.effect("forgets what somebody has begun to say when another person speaks", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.send({ type: "mic-audio-data", audio: new Float32Array(16_000).fill(0.3) })
        yield* client.send({ type: "use-extensions", person: "Anna" })
        yield* client.send({ type: "mic-audio-end", images: [] })
        yield* tick
        expect(world.transcribed).toEqual([])
        yield* client.leave
      })
    )
  )
})
