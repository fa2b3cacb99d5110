import { describe, expect, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { ask, says, start, tick } from "../support/Talk.ts"
import { brief, play, speak, states, waiting } from "../support/WakeTalk.ts"
import * as World from "../support/World.ts"

const wants = "full-text AI wants to speak something..."

const run = <E>(test: (world: World.World) => Effect.Effect<void, E, World.Services>) =>
  World.run((world) => {
    world.reply = ({ text }) => says(text === "Say something." ? "Hm." : `You said ${text}.`)
    return test(world)
  })

describe("a character with wake words that speaks of its own accord", () => {
  it.effect("is answered without being called, until the time is over", () =>
    run((world) =>
      Effect.gen(function* () {
        world.proactive = { idle_seconds: 60, most_unanswered: 1 }
        const client = yield* waiting(world)
        yield* TestClock.adjust("1 minute")
        expect(client.seen()).toEqual([
          wants,
          "wake-word-state",
          ...start,
          "audio Hm.",
          "backend-synth-complete"
        ])
        expect(states(client).map(brief)).toEqual(["wake_up active stop_ads proactive_speech"])
        yield* play(client)
        yield* TestClock.adjust("20 seconds")
        yield* speak(world, client, "Who are you?")
        expect(client.seen().at(-2)).toBe("audio You said Who are you?.")
        yield* play(client)
        yield* TestClock.adjust("30 seconds")
        expect(states(client).map(brief).at(-1)).toBe("sleep listening start_ads timeout")
        // Nobody has called it, by mistake or otherwise.
        expect(states(client).at(-1)?.stats).toMatchObject({
          wake_count: 0,
          timeout_count: 1,
          false_start_count: 0
        })
        yield* client.leave
      })
    )
  )

  it.effect("does not break into what others say to each other", () =>
    run((world) =>
      Effect.gen(function* () {
        world.proactive = { idle_seconds: 60 }
        const client = yield* waiting(world)
        for (let said = 0; said < 4; said++) {
          yield* TestClock.adjust("50 seconds")
          yield* speak(world, client, "As I said")
        }
        expect(client.seen()).not.toContain(wants)
        yield* TestClock.adjust("1 minute")
        expect(client.seen()).toContain(wants)
        yield* client.leave
      })
    )
  )

  it.effect("does so when its client asks, awake or not", () =>
    run((world) =>
      Effect.gen(function* () {
        const client = yield* waiting(world)
        for (let time = 0; time < 2; time++) {
          yield* client.send({ type: "ai-speak-signal", images: [] })
          yield* tick
          yield* play(client)
        }
        expect(states(client).map(brief)).toEqual(["wake_up active stop_ads proactive_speech"])
        yield* client.send(ask("Hi"))
        yield* tick
        expect(world.asked.map(({ text }) => text)).toEqual(["Say something.", "Say something.", "Hi"])
        yield* client.leave
      })
    )
  )
})
