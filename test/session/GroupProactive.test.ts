import { describe, expect, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { guests, together } from "../support/GroupTalk.ts"
import { ask, says, start, tick } from "../support/Talk.ts"
import * as World from "../support/World.ts"

const wants = "full-text AI wants to speak something..."

/** In a world whose character a speaks after a minute. */
const run = <E>(test: (world: World.World) => Effect.Effect<void, E, World.Services>) =>
  World.run((world) => {
    world.proactive = { idle_seconds: 60, most_unanswered: 2 }
    world.reply = (_, name) => says(`I am ${name}.`)
    return test(world)
  })

describe("a character that may speak of its own accord, in a group", () => {
  it.effect("does not while the group talks, and counts anew when that is over", () =>
    run((world) =>
      Effect.gen(function* () {
        // Shorter than a speech of b.
        world.proactive = { idle_seconds: 12 }
        const members = yield* guests(["a", "b"])
        yield* together(members)
        const [a, b] = members
        yield* b!.send(ask("Hello"))
        // Nobody reports playback: a speech lasts as long as the grace.
        yield* TestClock.adjust("5 minutes")
        expect(a!.seen()).not.toContain(wants)
        expect(world.asked.length).toBeGreaterThan(10)
        yield* b!.send({ type: "interrupt-signal", text: "" })
        yield* tick
        for (const member of members) member.news()
        yield* TestClock.adjust("11990 millis")
        expect(a!.news()).toEqual([])
        yield* TestClock.adjust("10 millis")
        expect(a!.news()).toEqual([wants, ...start, "audio I am a.", "backend-synth-complete"])
        expect(b!.news()).toEqual(start)
        for (const member of members) yield* member.leave
      })
    )
  )

  it.effect("begins one turn with others that have waited for as long", () =>
    run((world) =>
      Effect.gen(function* () {
        const one = yield* World.connectAs("one")
        const two = yield* World.connectAs("two")
        yield* TestClock.adjust("10 seconds")
        yield* one.send({ type: "add-client-to-group", invitee_uid: "two" })
        yield* one.send(ask("Hello"))
        yield* tick
        yield* one.send({ type: "interrupt-signal", text: "" })
        yield* tick
        const before = world.asked.length
        yield* TestClock.adjust("1 minute")
        expect(world.asked.slice(before).map(({ text }) => text)).toEqual(["Say something."])
        for (const client of [one, two])
          expect(client.seen().filter((text) => text === "interrupt-signal")).toHaveLength(1)
        for (const client of [one, two]) yield* client.leave
      })
    )
  )

  it.effect("has what it began end with one round, as often as nobody answers", () =>
    run((world) =>
      Effect.gen(function* () {
        const members = yield* guests(["a", "b"])
        yield* together(members)
        const before = world.asked.length
        yield* TestClock.adjust("1 hour")
        const asked = world.asked.slice(before).map(({ text }) => text)
        expect(asked.filter((text) => text === "Say something.")).toHaveLength(2)
        expect(asked).toHaveLength(4)
        expect(members[0]!.seen().at(-1)).toBe("conversation-chain-end")
        for (const member of members) yield* member.leave
      })
    )
  )

  it.effect("has been answered by whoever of the group says something", () =>
    run(() =>
      Effect.gen(function* () {
        const members = yield* guests(["a", "b"])
        yield* together(members)
        const [a, b] = members
        const speeches = () => a!.seen().filter((text) => text === wants).length
        const interrupted = b!.send({ type: "interrupt-signal", text: "" })
        for (const count of [1, 2, 2]) {
          yield* TestClock.adjust("61 seconds")
          yield* interrupted
          expect(speeches()).toBe(count)
        }
        yield* b!.send(ask("Hello"))
        yield* tick
        yield* interrupted
        yield* TestClock.adjust("61 seconds")
        expect(speeches()).toBe(3)
        for (const member of members) yield* member.leave
      })
    )
  )
})
