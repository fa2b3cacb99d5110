import { describe, expect, it } from "@effect/vitest"
import { Effect, Option, TestClock } from "effect"
import { micAudioEnd } from "../support/RawAudio.ts"
import { start, tick } from "../support/Talk.ts"
import { play, speak, states, waiting } from "../support/WakeTalk.ts"
import * as World from "../support/World.ts"

describe("a wake word that is heard in the sound", () => {
  const audio = { match: "audio" } as const
  const speech = (seconds: number) => ({
    type: "mic-audio-data" as const,
    audio: new Float32Array(seconds * 16_000).fill(0.1)
  })
  /** Someone says something, with the wake word in its second second. */
  const call = (world: World.World, client: World.Connected, seconds: number) =>
    Effect.gen(function* () {
      world.spotted = () => Option.some({ word: "Hana", language: "en", from: 16_000, to: 24_000 })
      yield* client.send(speech(seconds))
      yield* client.send(micAudioEnd)
      yield* tick
    })

  it.effect("leaves everything before it, and what has none, untranscribed", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* waiting(world, audio)
        yield* speak(world, client, "Hana, this is not looked at")
        expect(states(client).map(({ action }) => action)).toEqual(["ignored"])
        expect(world.transcribed).toEqual([])

        world.transcript = () => "Hana, what's the time?"
        yield* call(world, client, 3)
        expect(world.transcribed.map(({ length }) => length)).toEqual([3 * 16_000 - 12_000])
        expect(world.asked.map(({ text }) => text)).toEqual(["what's the time?"])
        yield* play(client)
        // Once it is awake, all of an utterance is.
        yield* speak(world, client, "And now?")
        expect(world.asked.at(-1)?.text).toBe("And now?")
        expect(world.transcribed.at(-1)).toHaveLength(4096)
        yield* client.leave
      })
    )
  )

  it.effect("is a call and nothing else when silence follows it", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* waiting(world, { ...audio, acknowledgement: "Yes?" })
        yield* call(world, client, 1.5)
        expect(world.transcribed).toEqual([])
        expect(client.seen()).toEqual(["wake-word-state", ...start, "audio Yes?", "backend-synth-complete"])
        yield* client.leave
      })
    )
  )

  it.effect("is the only thing that is cut away, with what was said before it", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* waiting(world, { ...audio, position: "anywhere" })
        // The sound is cut a little before the word.
        world.transcript = () => "is, Hana, what's the time?"
        yield* call(world, client, 3)
        expect(world.asked.map(({ text }) => text)).toEqual(["what's the time?"])
        yield* client.leave
      })
    )
  )

  it.effect("is looked for in the transcript if it cannot be heard, which is told once", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.failures.set("wake", 4)
        const client = yield* waiting(world, audio)
        yield* speak(world, client, "What's on tonight?")
        yield* speak(world, client, "Hana")
        expect(client.seen()).toEqual([
          "error slow_wake is not available: it broke. Try again. Meanwhile the wake word is looked for in the transcript.",
          "wake-word-state",
          "conversation-chain-end",
          "wake-word-state",
          "conversation-chain-end"
        ])
        expect(states(client).map(({ action }) => action)).toEqual(["ignored", "wake_up"])
        yield* client.leave
      })
    )
  )

  it.effect("is not there at all if nothing can be transcribed either, which is told once", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.failures.set("wake", 4)
        world.failures.set("asr", 4)
        const client = yield* waiting(world, audio)
        for (let said = 0; said < 2; said++) {
          yield* speak(world, client, "Hana")
          yield* TestClock.adjust("3 seconds")
        }
        expect(client.seen().filter((line) => line.startsWith("error"))).toEqual([
          "error slow_wake is not available: it broke. Try again. Meanwhile the wake word is looked for in the transcript.",
          "error slow_asr is not available: it broke. Try again."
        ])
        expect(client.seen().at(-1)).toBe("conversation-chain-end")
        yield* client.leave
      })
    )
  )
})
