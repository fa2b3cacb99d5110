import { describe, expect, it } from "@effect/vitest"
import { Effect, Stream, TestClock } from "effect"
import { SessionRegistry } from "../../src/session/SessionRegistry.ts"
import { guests, plays, stories, together } from "../support/GroupTalk.ts"
import { ask, says, start, tick } from "../support/Talk.ts"
import * as World from "../support/World.ts"

const begin = start
const mark = "system : [Interrupted by user]"
const end = ["force-new-message", "conversation-chain-end"]

/** Each character says its name and how many lines it was given. */
const named = (world: World.World) => {
  world.reply = ({ text }, name) => says(`I am ${name}, ${text.split("\n").length}.`)
}

describe("a turn of a group", () => {
  it.effect("has the characters speak in turn, each hearing what it has not heard", () =>
    World.run((world) =>
      Effect.gen(function* () {
        named(world)
        const members = yield* guests(["a", "b", "c"])
        const [a, b, c] = members as [(typeof members)[0], (typeof members)[0], (typeof members)[0]]
        yield* together(members)
        yield* b.send(ask("Hello"))
        yield* tick
        expect(b.seen()).toEqual([...begin, "audio I am b, 1.", "backend-synth-complete"])
        expect(a.seen()).toEqual(["user-input-transcription", ...begin])
        expect(c.seen()).toEqual(a.seen())
        yield* plays(b)
        expect(a.seen()).toEqual([
          "user-input-transcription",
          ...begin,
          "silent I am b, 1.",
          ...end,
          ...begin
        ])
        expect(a.newsOf("audio")[0]).toMatchObject({ audio: null, forwarded: true, volumes: [] })
        expect(c.seen().slice(-2)).toEqual(["audio I am c, 2.", "backend-synth-complete"])
        yield* plays(c)
        yield* plays(a)
        expect(world.asked.map(({ text }) => text)).toEqual([
          "Human: Hello",
          "Human: Hello\nb: I am b, 1.",
          "Human: Hello\nb: I am b, 1.\nc: I am c, 2.",
          "c: I am c, 2.\na: I am a, 3."
        ])
        expect(world.asked[3]?.memory.map(({ role, text }) => `${role}: ${text}`)).toEqual([
          "user: Human: Hello",
          "assistant: I am b, 1."
        ])
        // The second answer of b is stored, and not heard yet.
        yield* a.send({ type: "interrupt-signal", text: "" })
        yield* tick
        const lines = ["Human: Hello", "b: I am b, 1.", "c: I am c, 2.", "a: I am a, 3."]
        const told = [...lines.map((line, at) => `${at === 0 ? "human" : "ai"} ${line}`), mark]
        expect(stories(world)).toEqual([told, told, told])
        for (const member of members) yield* member.leave
      })
    )
  )

  it.effect("is interrupted by anyone, once; what was heard is in every conversation", () =>
    World.run((world) =>
      Effect.gen(function* () {
        named(world)
        const members = yield* guests(["a", "b", "c"])
        yield* together(members)
        const [a, b, c] = members
        yield* a!.send(ask("Hello"))
        yield* tick
        yield* plays(a!)
        yield* c!.send({ type: "interrupt-signal", text: "I am" })
        yield* a!.send({ type: "interrupt-signal", text: "I" })
        yield* TestClock.adjust("10 minutes")
        for (const member of members) {
          expect(member.seen().filter((text) => text === "interrupt-signal")).toHaveLength(1)
          expect(member.seen().at(-1)).toBe("interrupt-signal")
        }
        const told = ["human Human: Hello", "ai a: I am a, 1.", "ai b: I am", mark]
        expect(stories(world)).toEqual([told, told, told])
        expect((yield* (yield* SessionRegistry).snapshot).fibers).toEqual({ context: 3, group: 1 })

        yield* b!.send(ask("Go on"))
        yield* tick
        expect(world.asked.at(-1)).toMatchObject({ text: "Human: Go on" })
        yield* plays(b!)
        expect(world.asked.at(-1)?.text).toBe(
          "Human: Hello\na: I am a, 1.\nb: I am\nHuman: Go on\nb: I am b, 1."
        )
        for (const member of members) yield* member.leave
      })
    )
  )

  it.effect("is interrupted by whoever says something new, which is answered", () =>
    World.run((world) =>
      Effect.gen(function* () {
        named(world)
        const members = yield* guests(["a", "b"])
        yield* together(members)
        const [a, b] = members
        yield* a!.send(ask("One"))
        yield* tick
        yield* b!.send(ask("Two"))
        yield* tick
        expect(a!.seen()).toEqual([
          ...begin,
          "audio I am a, 1.",
          "backend-synth-complete",
          "interrupt-signal",
          "user-input-transcription",
          ...begin
        ])
        expect(b!.seen().slice(-4)).toEqual([...begin, "audio I am b, 3.", "backend-synth-complete"])
        for (const member of members) yield* member.leave
      })
    )
  )

  it.effect("goes on without a member that leaves in the middle of its speech", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.reply = (_, name) =>
          name === "b" ? Stream.concat(says("Well. I"), Stream.never) : says(`I am ${name}.`)
        const members = yield* guests(["a", "b", "c"])
        yield* together(members)
        const [a, b, c] = members
        yield* a!.send(ask("Hello"))
        yield* tick
        yield* plays(a!)
        expect(b!.seen()).toContain("audio Well. ")
        a!.news()
        c!.news()
        yield* b!.leave
        yield* tick
        expect(a!.news().toSorted()).toEqual(
          [...end, ...begin, "group-operation-result", "group-update"].toSorted()
        )
        expect(c!.seen().slice(-2)).toContain("audio I am c.")
        expect(world.asked.at(-1)?.text).toBe("Human: Hello\na: I am a.\nb: Well.")
        for (const member of [a!, c!]) yield* member.leave
      })
    )
  )

  it.effect(
    "waits for a model that writes nothing and for a client that takes nothing, and then goes on",
    () =>
      World.run((world) =>
        Effect.gen(function* () {
          world.reply = (_, name) => (name === "a" ? Stream.never : says(`I am ${name}.`))
          const members = yield* guests(["a", "b"])
          yield* together(members)
          const [a, b] = members
          yield* a!.send(ask("Hello"))
          yield* TestClock.adjust("29999 millis")
          expect(b!.news()).toEqual(["user-input-transcription", ...begin])
          yield* TestClock.adjust("2 millis")
          expect(b!.news()).toEqual([...end, ...begin, "audio I am b.", "backend-synth-complete"])
          const silent =
            "error Your character has said nothing for 30 s, so the next one speaks. Look whether its model answers."
          expect(a!.news()).toEqual([...begin, silent, ...end, ...begin])
          yield* plays(b!)
          // The one that was silent is not asked again in this turn, and nobody else has anything to answer.
          expect(a!.news()).toEqual(["silent I am b.", ...end])
          expect((yield* (yield* SessionRegistry).snapshot).fibers).toEqual({ context: 2, group: 1 })
          for (const member of members) yield* member.leave
        })
      )
  )

  it.effect("waits for playback no longer than the audio and the grace", () =>
    World.run((world) =>
      Effect.gen(function* () {
        named(world)
        const members = yield* guests(["a", "b"])
        yield* together(members)
        const [a, b] = members
        yield* a!.send(ask("Hello"))
        yield* TestClock.adjust("15 seconds")
        expect(b!.seen()).not.toContain("conversation-chain-end")
        yield* TestClock.adjust("11 millis")
        expect(b!.seen().slice(-2)).toEqual(["audio I am b, 2.", "backend-synth-complete"])
        for (const member of members) yield* member.leave
      })
    )
  )
})
