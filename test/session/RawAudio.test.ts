import { describe, expect, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { SessionRegistry } from "../../src/session/SessionRegistry.ts"
import { preRoll } from "../../src/vad/SpeechDetector.ts"
import * as Window from "../../src/vad/Window.ts"
import {
  listening,
  micAudioEnd,
  missing,
  raw,
  say,
  silence,
  speech,
  vadEntries
} from "../support/RawAudio.ts"
import { ask, ready, start, tick } from "../support/Talk.ts"
import * as World from "../support/World.ts"

describe("raw-audio-data", () => {
  it.effect(
    "silence brings nothing; speech is told at its start and its end, and answered when asked for",
    () =>
      World.run((world) =>
        Effect.gen(function* () {
          const client = yield* listening
          yield* client.send(silence(300))
          yield* tick
          expect(client.seen()).toEqual([])
          yield* client.send(speech(10))
          yield* tick
          expect(client.seen()).toEqual(["interrupt"])
          yield* client.send(silence(30))
          yield* tick
          expect(client.seen()).toEqual(["interrupt", "mic-audio-end"])
          yield* client.send(micAudioEnd)
          yield* tick
          expect(client.seen().slice(2)).toEqual([
            ...start,
            "user-input-transcription",
            "audio You said hello.",
            "backend-synth-complete"
          ])
          // All that was said, with the pre-roll before it.
          const [utterance] = world.transcribed
          const from = utterance!.findIndex((sample) => sample !== 0)
          // The mean of the last five windows is loud enough in the fourth: three of the pre-roll's windows are speech.
          expect(from).toBe(preRoll - 3 * Window.size)
          expect(utterance!.subarray(from, from + 10 * Window.size)).toEqual(speech(10).audio)
          yield* client.leave
        })
      )
  )

  it.effect("comes to the same in small pieces, and a blip to nothing", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* listening
        yield* client.send(speech(4))
        yield* client.send(silence(60))
        yield* tick
        expect(client.seen()).toEqual([])
        const { audio } = speech(10)
        for (let at = 0; at < audio.length; at += 100) yield* client.send(raw(audio.subarray(at, at + 100)))
        yield* client.send(silence(30))
        yield* tick
        expect(client.seen()).toEqual(["interrupt", "mic-audio-end"])
        yield* client.send(micAudioEnd)
        yield* tick
        const said = world.transcribed[0]!.filter((sample) => sample !== 0)
        expect(said).toEqual(audio)
        yield* client.leave
      })
    )
  )

  it.effect("opens a listener for the first audio only, and closes it first", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.send(ask("Hi"))
        yield* TestClock.adjust("10 seconds")
        expect(vadEntries(world)).toEqual([])
        yield* client.send(silence(1))
        yield* client.send(silence(1))
        yield* TestClock.adjust("10 seconds")
        expect(vadEntries(world)).toEqual(["open vad"])
        const { fibers } = yield* (yield* SessionRegistry).snapshot
        expect(fibers.ear).toBe(1)
        yield* client.leave
        expect(world.journal.filter((entry) => entry.startsWith("close"))).toEqual([
          "close vad",
          "close asr",
          "close tts",
          "close agent",
          "close mcp"
        ])
      })
    )
  )

  it.effect(
    "60 s of audio may wait; then the oldest goes, which is told once, and nothing else is held up",
    () =>
      World.run((world) =>
        Effect.gen(function* () {
          const client = yield* listening
          world.listening = 1000
          const second = (count: number) => raw(new Float32Array(16_000).fill(0.5 + count / 1000))
          // One is being listened to, 60 wait.
          yield* client.send(second(0))
          yield* tick
          for (let count = 1; count < 61; count++) yield* client.send(second(count))
          yield* tick
          expect(client.seen()).toEqual([])
          for (let count = 61; count < 64; count++) yield* client.send(second(count))
          yield* client.send({ type: "heartbeat" })
          yield* tick
          expect(client.seen()).toEqual([
            "error More than 60 s of raw-audio-data wait to be listened to: the oldest of it is dropped. Please send it no faster than it is spoken.",
            "heartbeat-ack"
          ])
          yield* TestClock.adjust("2 minutes")
          yield* client.send(silence(30))
          yield* TestClock.adjust("2 seconds")
          yield* client.send(micAudioEnd)
          yield* tick
          const heard = world.transcribed[0]!.filter(
            (sample, index, all) => sample !== 0 && sample !== all[index - 1]
          )
          expect(heard).toEqual(
            Float32Array.from(
              [0, ...Array.from({ length: 60 }, (_, index) => index + 4)],
              (count) => 0.5 + count / 1000
            )
          )
          yield* client.leave
        })
      )
  )

  it.effect("joins what is said before the client has answered, and asks for it once", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* listening
        yield* say(client, 10)
        yield* say(client, 20, 100_000)
        expect(client.seen()).toEqual(["interrupt", "mic-audio-end", "interrupt"])
        yield* client.send(micAudioEnd)
        yield* tick
        expect(world.transcribed).toHaveLength(1)
        expect(world.transcribed[0]!.filter((sample) => sample !== 0)).toEqual(
          Float32Array.of(...speech(10).audio, ...speech(20, 100_000).audio)
        )
        // It has been taken: the next one is told again.
        yield* say(client, 10)
        expect(client.seen().at(-1)).toBe("mic-audio-end")
        yield* client.leave
      })
    )
  )

  it.effect("speech of more than 120 s that nobody asks for is cut, and that is told", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* listening
        for (let count = 0; count < 4; count++) yield* say(client, 1500)
        expect(client.seen().filter((text) => text.startsWith("error"))).toEqual([
          expect.stringMatching(/^error More than 120 s of speech/u)
        ])
        yield* client.send(micAudioEnd)
        yield* tick
        expect(world.transcribed[0]!.filter((sample) => sample !== 0)).toHaveLength(2 * 1500 * Window.size)
        yield* client.leave
      })
    )
  )

  it.effect("never mixes what it has heard with what the client collected", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* listening
        const own = new Float32Array(4096).fill(0.25)
        yield* client.send({ type: "mic-audio-data", audio: own })
        yield* say(client, 10)
        yield* client.send({ type: "mic-audio-data", audio: own })
        for (let count = 0; count < 2; count++) {
          yield* client.send(micAudioEnd)
          yield* tick
        }
        expect(world.transcribed[0]).toEqual(new Float32Array(8192).fill(0.25))
        expect(world.transcribed[1]!.filter((sample) => sample !== 0)).toEqual(speech(10).audio)
        yield* client.leave
      })
    )
  )

  it.effect("says once which key to set when there is nobody to listen", () =>
    World.run(() =>
      Effect.gen(function* () {
        const client = yield* ready
        yield* client.send({ type: "switch-config", file: "c.yaml" })
        yield* TestClock.adjust("3 seconds")
        for (let count = 0; count < 30; count++) {
          yield* client.send(speech(31))
          yield* TestClock.adjust("1 second")
        }
        expect(client.seen().filter((text) => text.startsWith("error"))).toEqual([missing])
        yield* client.leave
      })
    )
  )

  it.effect("tells a failed load once, and tries again ten seconds later", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.failures.set("vad", 2)
        const client = yield* ready
        const attempts = () => world.journal.filter((entry) => entry === "open vad").length
        yield* client.send(speech(31))
        yield* TestClock.adjust("1 second")
        expect(attempts()).toBe(1)
        yield* client.send(speech(31))
        yield* TestClock.adjust("9 seconds")
        yield* client.send(speech(31))
        yield* TestClock.adjust("1 second")
        expect(attempts()).toBe(1)
        for (let count = 0; count < 2; count++) {
          yield* client.send(speech(31))
          yield* TestClock.adjust("11 seconds")
        }
        expect(attempts()).toBe(3)
        expect(client.seen()).toEqual([
          "error slow_vad is not available: it broke. Try again.",
          "interrupt",
          "mic-audio-end"
        ])
        yield* client.leave
      })
    )
  )

  it.effect.each([
    ["while the listener is opened", 0, ["interrupt vad"]],
    ["while it listens", 500, ["open vad", "close vad"]],
    ["in the middle of speech", 5000, ["open vad", "close vad"]]
  ] as const)("leaving %s leaves nothing", ([, at, journal]) =>
    World.run((world) =>
      Effect.gen(function* () {
        world.listening = 1000
        const client = yield* ready
        for (let count = 0; count < 3; count++) yield* client.send(speech(31))
        yield* client.send(speech(200))
        yield* TestClock.adjust(at)
        expect((yield* (yield* SessionRegistry).snapshot).fibers.ear).toBe(1)
        yield* client.leave
        const seen = client.seen().length
        yield* TestClock.adjust("1 minute")
        expect(vadEntries(world)).toEqual(journal)
        expect(client.seen()).toHaveLength(seen)
      })
    )
  )
})
