import { describe, expect, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { guests, plays, stories, together } from "../support/GroupTalk.ts"
import type { Guest } from "../support/GroupTalk.ts"
import { micAudioEnd } from "../support/RawAudio.ts"
import { ask, says, start, tick } from "../support/Talk.ts"
import { brief, settings, speak, states, wanted } from "../support/WakeTalk.ts"
import * as World from "../support/World.ts"

/** Two clients in a group; both characters wait for a wake word, and answer once. */
const pair = (world: World.World, changes: World.World["wakeWord"] = {}) =>
  Effect.gen(function* () {
    world.wakeWord = { ...settings, ...changes }
    world.reply = ({ text }, name) => (text.includes("Human") ? says(`I am ${name}.`) : says(""))
    const members = yield* guests(["a", "b"])
    for (const member of members) yield* member.send(wanted)
    yield* together(members)
    for (const member of members) member.news()
    return { a: members[0]!, b: members[1]!, leave: Effect.forEach(members, ({ leave }) => leave) }
  })

/** All that is being said is played. */
const toTheEnd = ({ a, b }: { readonly a: Guest; readonly b: Guest }) =>
  Effect.gen(function* () {
    for (let speech = 0; speech < 4; speech++) for (const member of [a, b]) yield* plays(member)
  })

describe("wake words in a group", () => {
  it.effect("what a member says without its own wake word concerns nobody", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const { a, b, leave } = yield* pair(world)
        yield* speak(world, a, "Did you lock the door?")
        expect(a.news()).toEqual(["wake-word-state", "conversation-chain-end"])
        expect(b.news()).toEqual([])
        expect(stories(world)).toEqual([])
        yield* leave
      })
    )
  )

  it.effect("what is said with it is said to the group, whose other characters need not be called", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const both = yield* pair(world)
        const { a, b, leave } = both
        yield* speak(world, a, "Hana, hello everybody")
        expect(a.news()).toEqual([
          "wake-word-state",
          "user-input-transcription",
          ...start,
          "audio I am a.",
          "backend-synth-complete"
        ])
        expect(b.newsOf("user-input-transcription")).toMatchObject([{ text: "hello everybody" }])
        yield* plays(a)
        expect(b.seen()).toContain("audio I am b.")
        yield* toTheEnd(both)
        // Its own gate is as it was: only a's has been opened.
        expect(states(b)).toEqual([])
        yield* speak(world, b, "And me?")
        expect(states(b).map(brief)).toEqual(["ignored listening start_ads no_wake_word"])
        yield* leave
      })
    )
  )

  it.effect("does not disturb what the group says, but by a call", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const { a, b, leave } = yield* pair(world)
        yield* b.send(ask("Hello"))
        yield* tick
        a.news()
        yield* speak(world, a, "Dinner is ready")
        // No end of a turn that goes on.
        expect(a.news()).toEqual(["wake-word-state"])
        yield* speak(world, a, "Hana")
        expect(a.news().toSorted()).toEqual(["conversation-chain-end", "interrupt-signal", "wake-word-state"])
        expect(b.news().at(-1)).toBe("interrupt-signal")
        yield* leave
      })
    )
  )

  it.effect("a line when it is called or left is between the character and its client", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const both = yield* pair(world, { acknowledgement: "Yes?", farewell: "Bye." })
        const { a, b, leave } = both
        yield* speak(world, a, "Hana")
        expect(a.news()).toEqual(["wake-word-state", ...start, "audio Yes?", "backend-synth-complete"])
        yield* plays(a)
        yield* speak(world, a, "Hello all")
        yield* toTheEnd(both)
        const said = stories(world)
        b.news()
        a.news()
        yield* speak(world, a, "Goodbye")
        expect(a.news()).toEqual(["wake-word-state", ...start, "audio Bye.", "backend-synth-complete"])
        expect(b.news()).toEqual([])
        expect(stories(world)).toEqual(said)
        expect(said.flat().some((line) => /Goodbye|Yes\?/u.test(line))).toBe(false)
        yield* leave
      })
    )
  )

  it.effect("nobody falls asleep while the group talks; the time counts from the end of that on", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const both = yield* pair(world)
        const { a, b, leave } = both
        yield* speak(world, a, "Hana")
        world.synthesis = () => 20_000
        yield* b.send(ask("Tell me a story"))
        // Each of the two speaks for longer than half of the time-out.
        for (const member of [b, a]) {
          yield* TestClock.adjust("20 seconds")
          yield* plays(member)
        }
        yield* toTheEnd(both)
        expect(yield* a.isBusy).toBe(false)
        yield* TestClock.adjust("29 seconds")
        expect(states(a).map(({ action }) => action)).toEqual(["wake_up"])
        yield* TestClock.adjust("2 seconds")
        expect(states(a).map(({ action }) => action)).toEqual(["wake_up", "sleep"])
        yield* leave
      })
    )
  )

  it.effect("an utterance in which nothing was recognised is told of as usual once it is awake", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const { a, leave } = yield* pair(world)
        yield* speak(world, a, "Hana")
        a.news()
        yield* speak(world, a, "")
        expect(a.news()).toEqual([
          expect.stringMatching(/^error Nothing was recognised/u),
          "conversation-chain-end"
        ])
        yield* a.send(micAudioEnd)
        yield* leave
      })
    )
  )
})
