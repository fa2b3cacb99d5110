import { describe, expect, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import * as Window from "../../src/vad/Window.ts"
import { listening, micAudioEnd, say, speech } from "../support/RawAudio.ts"
import { tick } from "../support/Talk.ts"
import * as World from "../support/World.ts"

describe("raw-audio-data that ends in the middle of speech", () => {
  it.effect("takes speech for complete when the microphone is closed in the middle of it", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* listening
        yield* client.send(speech(10))
        yield* TestClock.adjust("2 seconds")
        yield* client.send(speech(10, 100_000))
        yield* TestClock.adjust("3999 millis")
        expect(client.seen()).toEqual(["interrupt"])
        yield* TestClock.adjust("1 millis")
        expect(client.seen()).toEqual(["interrupt", "mic-audio-end"])
        yield* client.send(micAudioEnd)
        yield* tick
        expect(world.transcribed[0]!.filter((sample) => sample !== 0)).toHaveLength(20 * Window.size)
        // Nothing of it is left.
        yield* TestClock.adjust("1 minute")
        yield* say(client, 10)
        yield* client.send(micAudioEnd)
        yield* tick
        expect(world.transcribed[1]!.filter((sample) => sample !== 0)).toEqual(speech(10).audio)
        yield* client.leave
      })
    )
  )

  it.effect.each([
    ["that waits in the line", 2],
    ["that is being listened to", 1]
  ] as const)("forgets what is given up, and speech %s", ([, seconds]) =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* listening
        yield* say(client, 10)
        yield* client.send(speech(10))
        yield* tick
        world.listening = 1000
        for (let count = 0; count < seconds; count++) yield* client.send(speech(31, 100_000))
        yield* tick
        yield* client.send({ type: "mic-audio-cancel" })
        const seen = client.seen().length
        yield* TestClock.adjust("1 minute")
        expect(client.seen()).toHaveLength(seen)
        world.listening = 0
        yield* say(client, 10, 200_000)
        expect(client.seen().slice(seen)).toEqual(["interrupt", "mic-audio-end"])
        yield* client.send(micAudioEnd)
        yield* tick
        expect(world.transcribed[0]!.filter((sample) => sample >= 0.5)).toEqual(speech(10, 200_000).audio)
        yield* client.leave
      })
    )
  )
})
