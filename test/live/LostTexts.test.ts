import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Stream, TestClock } from "effect"
import type { Bridge } from "../../src/live/Bridge.ts"
import type { Attendance } from "../../src/live/ChatMessage.ts"
import type { Door } from "../../src/live/Door.ts"
import * as Feed from "../../src/live/Feed.ts"
import { Callers } from "../../src/session/Callers.ts"
import { ask, played, ready, tick } from "../support/Talk.ts"
import * as World from "../support/World.ts"
import * as Visitor from "./Visitor.ts"

describe("a text of the chat", () => {
  it.effect("waits for the end of what is typed before and after it", () =>
    World.run((world) =>
      Effect.gen(function* () {
        world.reply = ({ text }) =>
          Stream.fromEffect(Effect.as(Effect.sleep("1 second"), { _tag: "Text", text: `You said ${text}.` }))
        const client = yield* ready
        let attendance: Attendance | undefined
        const bridge: Bridge = {
          place: { platform: "twitch", room: "anna" },
          attend: (given) =>
            Effect.zipRight(
              Effect.sync(() => (attendance = given)),
              Effect.never
            )
        }
        const { ready: open, say } = yield* Callers
        const door: Door = { ready: open, say: ({ text }, givenUp) => say(text, givenUp) }
        const feed = yield* Effect.fork(Feed.run([bridge], door, Visitor.config.chat))
        yield* tick
        yield* client.send(ask("p1"))
        yield* TestClock.adjust("30 millis")
        attendance!.hear({
          id: "1",
          platform: "twitch",
          sender: { id: "1", name: "Anna" },
          text: "chat",
          paid: true
        })
        yield* TestClock.adjust("50 millis")
        yield* client.send(ask("p2"))
        const asked = () => world.asked.map(({ text }) => text)
        yield* TestClock.adjust("5 seconds")
        expect(asked()).toEqual(["p1", "p2"])
        yield* client.send(played)
        yield* TestClock.adjust("5 seconds")
        expect(asked()).toEqual(["p1", "p2", "chat"])
        yield* Fiber.interrupt(feed)
        yield* client.leave
      })
    )
  )
})
