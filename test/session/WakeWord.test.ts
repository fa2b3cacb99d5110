import { describe, expect, it } from "@effect/vitest"
import { Effect, Option, TestClock } from "effect"
import type { ServerMessage } from "../../src/protocol/ServerMessage.ts"
import { SessionRegistry } from "../../src/session/SessionRegistry.ts"
import { listening, micAudioEnd, say } from "../support/RawAudio.ts"
import { ask, end, lines, memoryOf, played, ready, start, tick } from "../support/Talk.ts"
import * as World from "../support/World.ts"

const settings = {
  enabled: true,
  wake_words: { en: ["Hana"] },
  end_words: { en: ["goodbye"] },
  timeout_seconds: 30
}
const chunk = { type: "mic-audio-data", audio: new Float32Array(4096).fill(0.1) } as const
const wanted = { type: "use-extensions", wake_word_state: true } as const

type State = Extract<ServerMessage, { readonly type: "wake-word-state" }>
const states = ({ received }: World.Connected) =>
  received.filter((message): message is State => message.type === "wake-word-state")
const brief = ({ action, current_state, advertisement_control }: State) =>
  `${action} ${current_state} ${advertisement_control.control_action} ${advertisement_control.trigger_reason}`

/** Someone says `text` into the client's microphone. */
const speak = (world: World.World, client: World.Connected, text: string) =>
  Effect.gen(function* () {
    world.transcript = () => text
    yield* client.send(chunk)
    yield* client.send(micAudioEnd)
    yield* tick
  })

/** The client has played what it was sent. */
const play = (client: World.Connected) => Effect.zipRight(client.send(played), tick)

/** A client that wants to be told, of a character with these settings. */
const waiting = (world: World.World, changes: World.World["wakeWord"] = {}) =>
  Effect.gen(function* () {
    world.wakeWord = { ...settings, ...changes }
    const client = yield* ready
    yield* client.send(wanted)
    client.received.length = 0
    return client
  })

describe("a character with wake words", () => {
  it.effect("answers nobody who does not call it, and what is said with the call", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* waiting(world)
        yield* speak(world, client, "What's on tonight?")
        expect(client.seen()).toEqual(["wake-word-state", "conversation-chain-end"])
        expect(states(client).map(brief)).toEqual(["ignored listening start_ads no_wake_word"])
        expect(world.asked).toEqual([])
        expect(lines(world)).toEqual([])

        client.received.length = 0
        yield* speak(world, client, "Hana, what's the time?")
        yield* play(client)
        expect(client.seen()).toEqual([
          "wake-word-state",
          ...start,
          "user-input-transcription",
          "audio You said what's the time?.",
          ...end
        ])
        expect(states(client)).toMatchObject([
          {
            client_uid: "client",
            action: "wake_up",
            matched_word: "Hana",
            language: "en",
            current_state: "active",
            stats: { wake_count: 1, end_count: 0, ignored_count: 1, last_wake: "1970-01-01T00:00:03.001Z" },
            advertisement_control: {
              should_show_ads: false,
              control_action: "stop_ads",
              trigger_reason: "wake_word"
            }
          }
        ])
        expect(lines(world)[0]).toBe("human: what's the time?")
        yield* client.leave
      })
    )
  )

  it.effect("once called it answers everything, until an end word or nothing is said for the time-out", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* waiting(world)
        yield* speak(world, client, "Hana")
        expect(client.seen()).toEqual(["wake-word-state", "conversation-chain-end"])
        yield* speak(world, client, "Tell me a joke")
        yield* play(client)
        yield* speak(world, client, "Good bye, Hana!")
        expect(client.seen().slice(-6)).toEqual([
          ...start,
          "user-input-transcription",
          "wake-word-state",
          "force-new-message",
          "conversation-chain-end"
        ])
        yield* speak(world, client, "Another one")
        expect(world.asked.map(({ text }) => text)).toEqual(["Tell me a joke"])

        yield* speak(world, client, "Hana")
        yield* TestClock.adjust("29998 millis")
        expect(states(client).map(brief).at(-1)).toBe("wake_up active stop_ads wake_word")
        yield* TestClock.adjust("1 millis")
        expect(states(client).map(brief).at(-1)).toBe("sleep listening start_ads timeout")
        expect(states(client).at(-1)?.stats).toMatchObject({
          wake_count: 2,
          end_count: 1,
          ignored_count: 1,
          timeout_count: 1,
          false_start_count: 1
        })
        yield* TestClock.adjust("1 hour")
        expect(states(client)).toHaveLength(5)
        // What had been said is in the conversation, and nothing else.
        expect(lines(world)).toEqual(["human: Tell me a joke", "ai: You said Tell me a joke."])
        yield* client.leave
      })
    )
  )

  it.effect("counts the time-out from the last answer's end and the last word", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* waiting(world)
        world.synthesis = () => 50_000
        yield* speak(world, client, "Hana, sing")
        // It takes longer than the time-out, and is played for another while.
        yield* TestClock.adjust("50 seconds")
        yield* play(client)
        yield* TestClock.adjust("29 seconds")
        yield* speak(world, client, "And again")
        yield* TestClock.adjust("50 seconds")
        yield* play(client)
        yield* TestClock.adjust("29 seconds")
        expect(states(client).map(({ action }) => action)).toEqual(["wake_up"])
        yield* TestClock.adjust("1 second")
        expect(states(client).map(({ action }) => action)).toEqual(["wake_up", "sleep"])
        expect(states(client)[1]?.stats.false_start_count).toBe(0)
        yield* client.leave
      })
    )
  )

  it.effect("says what it is told to when it is called and when it is left, which nobody keeps", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* waiting(world, { acknowledgement: "Yes?", farewell: "See you." })
        yield* speak(world, client, "Hana!")
        expect(client.seen()).toEqual(["wake-word-state", ...start, "audio Yes?", "backend-synth-complete"])
        yield* play(client)
        yield* speak(world, client, "Hello")
        yield* play(client)
        yield* speak(world, client, "Goodbye")
        expect(client.seen().slice(-2)).toEqual(["audio See you.", "backend-synth-complete"])
        yield* client.send({ type: "interrupt-signal", text: "See you." })
        expect(lines(world)).toEqual(["human: Hello", "ai: You said Hello."])
        expect(world.asked).toHaveLength(1)
        expect(memoryOf(world)).toEqual([])
        yield* client.leave
      })
    )
  )

  it.effect("only wakes if the rest is not to be answered", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* waiting(world, { answer_rest: false })
        yield* speak(world, client, "Hana, what's the time?")
        expect(client.seen()).toEqual(["wake-word-state", "conversation-chain-end"])
        expect(world.asked).toEqual([])
        yield* client.leave
      })
    )
  )

  it.effect("lets what is typed pass, unless it is not to", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* waiting(world)
        yield* client.send(ask("Hi"))
        yield* tick
        expect(world.asked.map(({ text }) => text)).toEqual(["Hi"])
        expect(states(client)).toEqual([])
        yield* client.leave

        const strict = yield* waiting(world, { typed_text_passes: false })
        yield* strict.send(ask("Hi"))
        yield* tick
        expect(strict.seen()).toEqual(["wake-word-state", "conversation-chain-end"])
        yield* strict.send(ask("Hana: hello"))
        yield* tick
        expect(world.asked.map(({ text }) => text)).toEqual(["Hi", "hello"])
        yield* play(strict)
        yield* strict.send(ask("goodbye"))
        yield* tick
        expect(states(strict).map(({ action }) => action)).toEqual(["ignored", "wake_up", "sleep"])
        yield* strict.leave
      })
    )
  )

  it.effect("goes on with its turn while others talk, and is interrupted by a call", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* waiting(world)
        world.synthesis = () => 1000
        yield* client.send(ask("Hi"))
        yield* tick
        yield* speak(world, client, "Did you lock the door?")
        expect(client.seen()).toEqual([...start, "wake-word-state"])
        yield* TestClock.adjust("1 second")
        expect(client.seen().slice(-2)).toEqual(["audio You said Hi.", "backend-synth-complete"])
        yield* speak(world, client, "Hana")
        expect(client.seen().slice(-2)).toEqual(["wake-word-state", "conversation-chain-end"])
        expect(lines(world)).toContain("system: [Interrupted by user]")
        yield* client.leave
      })
    )
  )

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

  it.effect("says why it cannot be heard, once", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.failures.set("wake", 3)
        const client = yield* waiting(world, audio)
        yield* speak(world, client, "Hana")
        yield* speak(world, client, "Hana")
        expect(client.seen()).toEqual([
          "error slow_wake is not available: it broke. Try again.",
          "conversation-chain-end",
          "conversation-chain-end"
        ])
        yield* client.leave
      })
    )
  )
})
