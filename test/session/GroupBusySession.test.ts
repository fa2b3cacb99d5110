import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Stream, TestClock } from "effect"
import { guests, together } from "../support/GroupTalk.ts"
import { ask, says, start, tick } from "../support/Talk.ts"
import * as World from "../support/World.ts"

describe("a group whose members' sessions are busy", () => {
  it.effect("stops the turn that a member just begins by itself, and says once that it has ended", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.reply = ({ text }, name) =>
          name === "b" && text !== "Hello" ? Stream.never : says(`I am ${name}.`)
        const [a, b] = yield* guests(["a", "b"])
        yield* b!.send(ask("One"))
        yield* tick
        // Its turn takes a second to end, and another one is to take its place then.
        world.storing = "1 second"
        const two = yield* Effect.fork(b!.send(ask("Two")))
        yield* tick
        world.storing = 0
        yield* together([a!, b!])
        yield* a!.send(ask("Hello"))
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(two)
        expect(yield* b!.isBusy).toBe(false)
        expect(b!.seen().filter((text) => text === "conversation-chain-end")).toHaveLength(1)
        const [told, ...begun] = b!.seen().slice(-start.length - 2)
        expect(told).toBe("conversation-chain-end")
        expect(begun).toEqual(["user-input-transcription", ...start])
        for (const member of [a!, b!]) yield* member.leave
      })
    )
  )
})
