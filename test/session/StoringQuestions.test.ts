import { describe, expect, it } from "@effect/vitest"
import { Effect, Stream, TestClock } from "effect"
import { ask, lines, ready } from "../support/Talk.ts"
import * as World from "../support/World.ts"

const end = "conversation-chain-end"

describe("what was asked, in a slow database", () => {
  it.effect("is stored while the model is asked", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        world.storing = "5 seconds"
        yield* client.send(ask("Hi"))
        yield* TestClock.adjust("1 second")
        expect(lines(world)).toEqual([])
        expect(world.asked.map(({ text }) => text)).toEqual(["Hi"])
        expect(client.received.filter(({ type }) => type === "audio")).toHaveLength(1)
        yield* TestClock.adjust("1 minute")
        expect(lines(world)).toEqual(["human: Hi", "ai: You said Hi."])
        yield* client.leave
      })
    )
  )

  it.effect("is there before a turn ends that has failed", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        world.reply = () => Stream.die("inside")
        world.storing = "5 seconds"
        yield* client.send(ask("Hi"))
        yield* TestClock.adjust("4 seconds")
        expect(client.seen()).not.toContain(end)
        expect(yield* client.isBusy).toBe(true)
        yield* TestClock.adjust("1 second")
        expect(client.seen()).toContain(end)
        expect(lines(world)).toEqual(["human: Hi"])
        yield* client.leave
      })
    )
  )

  it.effect("is there before an interruption is recorded", () =>
    World.run((world) =>
      Effect.gen(function* () {
        const client = yield* ready
        world.reply = () => Stream.never
        world.storing = "5 seconds"
        yield* client.send(ask("Hi"))
        yield* TestClock.adjust("1 second")
        const interrupting = yield* Effect.fork(client.send({ type: "interrupt-signal", text: "" }))
        yield* TestClock.adjust("20 seconds")
        yield* interrupting.await
        expect(lines(world)).toEqual(["human: Hi", "system: [Interrupted by user]"])
        yield* client.leave
      })
    )
  )
})
