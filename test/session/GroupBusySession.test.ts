import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Stream, TestClock } from "effect"
import { Prompts } from "../../src/config/Prompts.ts"
import { guests, plays, together } from "../support/GroupTalk.ts"
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

  it.effect("lets nobody begin who has been removed while the speech was prepared", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.reply = (_, name) => says(`I am ${name}.`)
        const prompts = yield* Prompts
        const slow = Prompts.of({
          ...prompts,
          get: (...of) => Effect.delay(prompts.get(...of), "1 second")
        })
        const [a, c] = yield* guests(["a", "c"])
        const [b] = yield* Effect.provideService(guests(["b"]), Prompts, slow)
        yield* together([a!, b!, c!])
        yield* a!.send(ask("Hello"))
        yield* tick
        yield* plays(a!)
        yield* a!.send({ type: "remove-client-from-group", target_uid: "b" })
        yield* tick
        b!.news()
        c!.news()
        yield* TestClock.adjust("1 second")
        expect(b!.news()).toEqual([])
        expect(c!.seen().at(-2)).toBe("audio I am c.")
        for (const member of [a!, b!, c!]) yield* member.leave
      })
    )
  )
})
