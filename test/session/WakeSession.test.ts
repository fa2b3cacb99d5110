import { describe, expect, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { SessionRegistry } from "../../src/session/SessionRegistry.ts"
import { listening, micAudioEnd, say } from "../support/RawAudio.ts"
import { ready, tick } from "../support/Talk.ts"
import { brief, chunk, settings, speak, states, waiting, wanted } from "../support/WakeTalk.ts"
import * as World from "../support/World.ts"

describe("a session with wake words", () => {
  it.effect("hears what is said in order, and not more than it can look through", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.wakeWord = settings
        const client = yield* World.connect
        yield* client.send(wanted)
        client.received.length = 0
        // Nothing can be transcribed yet: the recogniser still loads.
        const texts = ["one", "two", "three", "Hana", "sing", "a song"]
        world.transcript = () => texts.shift() ?? ""
        for (let said = 0; said < 8; said++) {
          yield* client.send(chunk)
          yield* client.send(micAudioEnd)
        }
        yield* TestClock.adjust("3 seconds")
        expect(world.transcribed).toHaveLength(5)
        expect(states(client).map(({ action }) => action)).toEqual([
          "ignored",
          "ignored",
          "ignored",
          "wake_up"
        ])
        expect(world.asked.map(({ text }) => text)).toEqual(["sing"])
        yield* client.leave
      })
    )
  )

  it.effect("forgets what is cancelled, and everything with the session", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.wakeWord = settings
        const client = yield* World.connect
        world.transcript = () => "Hana"
        yield* client.send(chunk)
        yield* client.send(micAudioEnd)
        expect((yield* (yield* SessionRegistry).snapshot).fibers["wake-word"]).toBe(1)
        yield* client.send({ type: "mic-audio-cancel" })
        expect((yield* (yield* SessionRegistry).snapshot).fibers["wake-word"]).toBeUndefined()
        yield* client.send(chunk)
        yield* client.send(micAudioEnd)
        yield* client.leave

        const next = yield* ready
        yield* next.send(wanted)
        expect(states(next).map(({ stats }) => stats.wake_count)).toEqual([0])
        yield* speak(world, next, "Hana")
        yield* next.leave
      })
    )
  )

  it.effect("handles what else comes while it listens, and lets go of what is interrupted or left", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.wakeWord = settings
        const client = yield* World.connect
        // It is awake before its recogniser is there.
        yield* client.send({ type: "ai-speak-signal", images: [] })
        const leave = [
          { type: "interrupt-signal", text: "" },
          { type: "create-new-history" },
          { type: "mic-audio-cancel" }
        ] as const
        for (const message of leave) {
          yield* client.send(chunk)
          yield* client.send(micAudioEnd)
          yield* tick
          client.received.length = 0
          yield* client.send({ type: "heartbeat" })
          expect(client.seen()).toEqual(["heartbeat-ack"])
          yield* client.send(message)
          expect((yield* (yield* SessionRegistry).snapshot).fibers["wake-word"]).toBeUndefined()
          if (message.type === "create-new-history")
            expect(client.seen().slice(1)).toEqual(["conversation-chain-end", "new-history-created"])
        }
        yield* TestClock.adjust("3 seconds")
        expect(world.transcribed).toEqual([])
        yield* speak(world, client, "Hi")
        expect(world.asked.at(-1)?.text).toBe("Hi")
        yield* client.leave
      })
    )
  )

  it.effect("tells those who have asked, or all, how it is", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.wakeWord = settings
        const client = yield* ready
        yield* speak(world, client, "Hana")
        expect(states(client)).toEqual([])
        yield* client.send(wanted)
        expect(states(client).map(brief)).toEqual(["wake_up active stop_ads state_requested"])
        yield* client.leave

        world.wakeWord = { ...settings, state_messages: "all" }
        const kiosk = yield* World.connect
        expect(kiosk.seen().slice(-2)).toEqual(["start-mic", "wake-word-state"])
        expect(states(kiosk).map(brief)).toEqual(["sleep listening start_ads state_requested"])
        yield* kiosk.leave
      })
    )
  )

  it.effect("waits again after a switch", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* waiting(world)
        yield* speak(world, client, "Hana")
        yield* client.send({ type: "switch-config", file: "b.yaml" })
        yield* TestClock.adjust("3 seconds")
        expect(states(client).map(brief).at(-1)).toBe("sleep listening start_ads character_switched")
        yield* speak(world, client, "Hello")
        expect(world.asked).toEqual([])
        yield* client.leave
      })
    )
  )

  it.effect("says what is wrong with its recogniser, and sets the page free", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* waiting(world)
        yield* client.leave
        world.failures.set("asr", 2)
        const deaf = yield* ready
        yield* speak(world, deaf, "Hana")
        yield* TestClock.adjust("3 seconds")
        expect(deaf.seen().at(-1)).toBe("conversation-chain-end")
        expect(deaf.seen().filter((line) => line.startsWith("error"))).toHaveLength(1)
        yield* deaf.leave
      })
    )
  )

  it.effect("with an open microphone, is interrupted by nobody who has not called it", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.wakeWord = settings
        const client = yield* listening
        yield* say(client, 10)
        expect(client.seen()).toEqual(["mic-audio-end"])
        world.transcript = () => "Hana"
        yield* client.send(micAudioEnd)
        yield* tick
        yield* say(client, 10)
        expect(client.seen().slice(1)).toEqual(["conversation-chain-end", "interrupt", "mic-audio-end"])
        yield* client.leave
      })
    )
  )

  it.effect("does not fall asleep while somebody speaks", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.wakeWord = { ...settings, timeout_seconds: 2 }
        const client = yield* listening
        yield* client.send(wanted)
        yield* say(client, 10)
        world.transcript = () => "Hana"
        yield* client.send(micAudioEnd)
        yield* tick
        yield* TestClock.adjust("1 second")
        yield* client.send({ type: "raw-audio-data", audio: new Float32Array(16_000).fill(0.5) })
        yield* TestClock.adjust("1500 millis")
        expect(states(client).at(-1)?.action).toBe("wake_up")
        yield* TestClock.adjust("10 seconds")
        // Its end was never heard: the microphone has been closed.
        expect(states(client).at(-1)?.action).toBe("sleep")
        yield* client.leave
      })
    )
  )
})
