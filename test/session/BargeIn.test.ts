import { describe, expect, it } from "@effect/vitest"
import { Effect, Stream, TestClock } from "effect"
import { listening, micAudioEnd, missing, silence, speech, vadEntries } from "../support/RawAudio.ts"
import { ask, end, lines, played, ready, says, start, tick } from "../support/Talk.ts"
import * as World from "../support/World.ts"

describe("barge-in", () => {
  const talking = (world: World.World) =>
    Effect.gen(function* () {
      world.reply = ({ text }) =>
        text === "Count" ? Stream.concat(says("One. Two. "), Stream.never) : says("Yes.")
      const client = yield* listening
      yield* client.send(ask("Count"))
      yield* tick
      client.received.length = 0
      yield* client.send(speech(10))
      yield* tick
      return client
    })

  it.effect("is the client's to answer: what was heard is kept, and the utterance begins the next turn", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* talking(world)
        expect(client.seen()).toEqual(["interrupt"])
        expect(world.journal).not.toContain("reply ended")
        yield* client.send({ type: "interrupt-signal", text: "One. " })
        expect(world.journal).toContain("reply ended")
        yield* client.send(silence(30))
        yield* tick
        yield* client.send(micAudioEnd)
        yield* tick
        yield* client.send(played)
        yield* tick
        expect(client.seen()).toEqual([
          "interrupt",
          "mic-audio-end",
          ...start,
          "user-input-transcription",
          "audio Yes.",
          ...end
        ])
        expect(lines(world)).toEqual([
          "human: Count",
          "ai: One. ",
          "system: [Interrupted by user]",
          "human: hello",
          "ai: Yes."
        ])
        yield* client.leave
      })
    )
  )

  it.effect("the new turn stops the old one when the client has not", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* talking(world)
        yield* client.send(silence(30))
        yield* tick
        expect(world.journal).not.toContain("reply ended")
        yield* client.send(micAudioEnd)
        yield* tick
        expect(world.journal).toContain("reply ended")
        expect(client.seen().slice(-2)).toEqual(["audio Yes.", "backend-synth-complete"])
        yield* client.leave
      })
    )
  )
})

describe("switch-config in the middle of speech", () => {
  const switching = (world: World.World, file: string, listens: number) =>
    Effect.gen(function* () {
      const client = yield* listening
      yield* client.send(speech(10))
      yield* tick
      world.listening = listens
      yield* client.send({ type: "switch-config", file })
      yield* TestClock.adjust("3 seconds")
      expect(client.seen().at(-1)).toBe("config-switched")
      return client
    })

  it.effect("the new character hears the rest, by its own settings", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* switching(world, "b.yaml", 0)
        yield* client.send(speech(10, 100_000))
        yield* client.send(silence(6))
        yield* TestClock.adjust("1 second")
        expect(client.seen().filter((text) => text === "interrupt" || text === "mic-audio-end")).toEqual([
          "interrupt",
          "mic-audio-end"
        ])
        expect(vadEntries(world)).toEqual(["open vad", "close vad", "open vad"])
        yield* client.send(micAudioEnd)
        yield* tick
        expect(world.transcribed[0]!.filter((sample) => sample !== 0)).toEqual(
          Float32Array.of(...speech(10).audio, ...speech(10, 100_000).audio)
        )
        yield* client.leave
      })
    )
  )

  it.effect("nothing more is heard by a character that has no ear: what was said until then is kept", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* switching(world, "c.yaml", 0)
        yield* client.send(speech(10))
        yield* tick
        expect(client.seen().slice(-2)).toEqual(["mic-audio-end", missing])
        yield* client.leave
      })
    )
  )

  it.effect("while the old listener is still being opened, the new one hears what came meanwhile", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.send({ type: "switch-config", file: "b.yaml" })
        yield* TestClock.adjust(2900)
        yield* client.send(speech(10))
        yield* TestClock.adjust(200)
        expect(client.seen()).toContain("config-switched")
        expect(vadEntries(world)).toEqual(["interrupt vad"])
        yield* TestClock.adjust(World.loadTimes.vad)
        expect(client.seen().at(-1)).toBe("interrupt")
        yield* client.leave
      })
    )
  )
})
