import { describe, expect, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { ask, end, lines, memoryOf, start, tick } from "../support/Talk.ts"
import { brief, play, speak, states, waiting } from "../support/WakeTalk.ts"
import * as World from "../support/World.ts"

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
        expect(client.seen().slice(-3)).toEqual([
          "conversation-chain-end",
          "wake-word-state",
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
        const ignored = ["wake-word-state", "conversation-chain-end"]
        const hint = 'full-text The character answers only after its wake word: begin with "Hana".'
        expect(strict.seen()).toEqual([...ignored, hint])
        // That is told once, and nobody who speaks to others is told.
        yield* strict.send(ask("Hello?"))
        yield* tick
        expect(strict.seen()).toEqual([...ignored, hint, ...ignored])
        yield* strict.send(ask("Hana: hello"))
        yield* tick
        expect(world.asked.map(({ text }) => text)).toEqual(["Hi", "hello"])
        yield* play(strict)
        yield* strict.send(ask("goodbye"))
        yield* tick
        expect(states(strict).map(({ action }) => action)).toEqual(["ignored", "ignored", "wake_up", "sleep"])
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
})
