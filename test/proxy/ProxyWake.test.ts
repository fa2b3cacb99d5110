import { describe, expect, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import type { ClientMessage } from "../../src/protocol/ClientMessage.ts"
import { Proxy } from "../../src/proxy/Proxy.ts"
import { micAudioEnd } from "../support/RawAudio.ts"
import { ask, end, played, start, tick } from "../support/Talk.ts"
import * as Viewers from "../support/Viewers.ts"
import { brief, chunk, settings, states, wanted } from "../support/WakeTalk.ts"
import type * as World from "../support/World.ts"

const speak = (world: World.World, viewer: Viewers.Joined, text: string) =>
  Effect.gen(function* () {
    world.transcript = () => text
    const said: ReadonlyArray<ClientMessage> = [chunk, micAudioEnd]
    for (const message of said) yield* viewer.send(message)
    yield* tick
  })

const quiet = (viewers: ReadonlyArray<Viewers.Joined>) => {
  for (const { received } of viewers) received.length = 0
}

describe("wake words in the shared session", () => {
  it.effect("have one gate for all viewers, who are all told of it", () =>
    Viewers.run((world) =>
      Effect.gen(function* () {
        world.wakeWord = settings
        const viewers = yield* Viewers.audience(2)
        const [one, two] = viewers
        for (const { send } of viewers) yield* send(wanted)
        quiet(viewers)
        yield* speak(world, one!, "What a film!")
        yield* speak(world, one!, "Hana")
        for (const viewer of viewers)
          expect(states(viewer).map(brief)).toEqual([
            "ignored listening start_ads no_wake_word",
            "wake_up active stop_ads wake_word"
          ])
        // Whoever has called it, everybody is answered.
        quiet(viewers)
        yield* speak(world, two!, "What's your name?")
        for (const viewer of viewers) expect(viewer.seen()).toContain("audio You said What's your name?.")

        // Whoever comes now is told how it is when it asks, as the others are.
        const late = yield* Viewers.join()
        expect(late.seen()).toEqual(Viewers.greeting)
        yield* late.send(wanted)
        expect(late.seen().slice(5)).toEqual(["extensions-in-use", "wake-word-state"])
        expect(states(late).map(brief)).toEqual(["wake_up active stop_ads state_requested"])
        yield* two!.send(played)
        yield* TestClock.adjust("31 seconds")
        for (const viewer of [...viewers, late])
          expect(states(viewer).map(brief).at(-1)).toBe("sleep listening start_ads timeout")
        yield* Viewers.leaveAll([...viewers, late])
      })
    )
  )

  it.effect("are told of to those who have asked for it, and to nobody else", () =>
    Viewers.run((world) =>
      Effect.gen(function* () {
        world.wakeWord = settings
        const viewers = yield* Viewers.audience(3)
        const [one, two] = viewers
        yield* one!.send(wanted)
        yield* two!.send({ type: "use-extensions", config_changes: true })
        quiet(viewers)
        yield* speak(world, one!, "What a film!")
        expect(viewers.map(states).map(({ length }) => length)).toEqual([1, 0, 0])
        yield* Viewers.leaveAll(viewers)
      })
    )
  )

  it.effect(
    "are told of to all from the beginning if all are to be told, and begin anew with the session",
    () =>
      Viewers.run((world) =>
        Effect.gen(function* () {
          world.wakeWord = { ...settings, state_messages: "all" }
          for (let round = 0; round < 2; round++) {
            const viewers = [yield* Viewers.join(), yield* Viewers.join()]
            for (const viewer of viewers) {
              expect(viewer.seen()).toEqual([...Viewers.greeting, "wake-word-state"])
              expect(states(viewer)[0]?.stats.wake_count).toBe(0)
            }
            yield* TestClock.adjust("3 seconds")
            yield* speak(world, viewers[0]!, "Hana")
            expect(states(viewers[1]!).at(-1)?.stats.wake_count).toBe(1)
            yield* Viewers.leaveAll(viewers)
          }
        })
      )
  )

  it.effect("texts of many viewers are looked through one after the other, and none is lost", () =>
    Viewers.run((world) =>
      Effect.gen(function* () {
        world.wakeWord = { ...settings, typed_text_passes: false }
        const viewers = yield* Viewers.audience(2)
        const [one, two] = viewers
        yield* one!.send(wanted)
        quiet(viewers)
        for (let text = 0; text < 12; text++) yield* one!.send(ask(`Text ${text}`))
        yield* two!.send(ask("Hana, hello"))
        yield* one!.send(ask("And more"))
        yield* tick
        expect(states(one!).map(({ action }) => action)).toEqual([...Array(12).fill("ignored"), "wake_up"])
        expect(world.asked.map(({ text }) => text)).toEqual(["hello"])
        quiet(viewers)
        yield* two!.send(played)
        yield* tick
        expect(world.asked.map(({ text }) => text)).toEqual(["hello", "And more"])
        expect(two!.seen()).toEqual([
          ...end.slice(1),
          "transcription And more",
          ...start,
          "audio You said And more.",
          "backend-synth-complete"
        ])
        yield* Viewers.leaveAll(viewers)
      })
    )
  )

  it.effect("what is said from outside counts as typed", () =>
    Viewers.run((world) =>
      Effect.gen(function* () {
        world.wakeWord = settings
        const viewers = yield* Viewers.audience(1)
        yield* (yield* Proxy).say({ sender: "Kim", text: "Hi", priority: "usual" })
        yield* tick
        expect(world.asked.map(({ text }) => text)).toEqual(["Kim: Hi"])
        yield* Viewers.leaveAll(viewers)
      })
    )
  )
})
