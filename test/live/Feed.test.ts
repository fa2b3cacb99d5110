import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Logger, LogLevel, TestClock } from "effect"
import type { LiveChatConfig } from "../../src/config/LiveConfig.ts"
import type { Bridge } from "../../src/live/Bridge.ts"
import { failed } from "../../src/live/BridgeFailed.ts"
import type { Place } from "../../src/live/BridgeFailed.ts"
import type { Attendance } from "../../src/live/ChatMessage.ts"
import type { Said } from "../../src/live/Door.ts"
import * as Feed from "../../src/live/Feed.ts"
import { Census } from "../../src/telemetry/Census.ts"
import * as Visitor from "./Visitor.ts"

const layer = Layer.merge(Census.layer, Logger.minimumLogLevel(LogLevel.None))
const place: Place = { platform: "twitch", room: "anna" }

/** A feed of one bridge, before a character that answers as long as the test says. */
const open = Effect.fnUntraced(function* (changes: Partial<LiveChatConfig> = {}) {
  const free = yield* Effect.makeLatch(true)
  const said: Array<Said> = []
  let attendance: Attendance | undefined
  let taken = true
  let id = 0
  const bridge: Bridge = {
    place,
    attend: (given) =>
      Effect.suspend(() => {
        attendance = given
        return Effect.never
      })
  }
  const config = { ...Visitor.config.chat, person_seconds: 0, ...changes }
  yield* Effect.forkScoped(
    Feed.run(
      [bridge],
      {
        ready: free.await,
        say: (one) =>
          Effect.sync(() => {
            said.push(one)
            const was = taken
            taken = true
            return was
          })
      },
      config
    )
  )
  yield* TestClock.adjust(0)
  return {
    said,
    free,
    /** The next one is not taken. */
    refuse: () => void (taken = false),
    texts: () => said.map(({ text }) => text),
    hear: (text: string, paid = false) =>
      attendance!.hear({
        id: String(id++),
        platform: "twitch",
        sender: { id: "1", name: "Anna" },
        text,
        paid
      })
  }
})

describe("the feed", () => {
  it.scoped("says a text at a time, with a pause between them", () =>
    Effect.gen(function* () {
      const feed = yield* open({ seconds_between: 5 })
      for (const text of ["one", "two", "three"]) feed.hear(text)
      yield* TestClock.adjust(0)
      expect(feed.said).toEqual([{ sender: "Anna", text: "one", priority: "usual" }])
      yield* TestClock.adjust("4900 millis")
      expect(feed.texts()).toEqual(["one"])
      yield* TestClock.adjust("100 millis")
      expect(feed.texts()).toEqual(["one", "two"])
      yield* TestClock.adjust("5 seconds")
      expect(feed.texts()).toEqual(["one", "two", "three"])
    }).pipe(Effect.provide(layer))
  )

  it.scoped("waits while the character answers, and then says first what was paid for", () =>
    Effect.gen(function* () {
      const feed = yield* open({ seconds_between: 0, most_waiting: 3, with_names: false })
      yield* feed.free.close
      for (let index = 0; index < 10_000; index++) feed.hear(`flood ${index}`)
      feed.hear("PAID", true)
      yield* TestClock.adjust("1 second")
      expect(feed.said).toEqual([])
      yield* feed.free.open
      yield* TestClock.adjust("1 second")
      expect(feed.said).toEqual([
        { text: "PAID", priority: "paid" },
        { text: "flood 9998", priority: "usual" },
        { text: "flood 9999", priority: "usual" }
      ])
    }).pipe(Effect.provide(layer))
  )

  it.scoped("drops what has waited for too long, and says again what was not taken", () =>
    Effect.gen(function* () {
      const feed = yield* open({ longest_wait_seconds: 60 })
      yield* feed.free.close
      feed.hear("old")
      feed.hear("OLD", true)
      yield* TestClock.adjust("61 seconds")
      feed.hear("new")
      feed.refuse()
      yield* feed.free.open
      yield* TestClock.adjust("10 seconds")
      expect(feed.texts()).toEqual(["OLD", "OLD", "new"])
    }).pipe(Effect.provide(layer))
  )

  it.effect("ends when no room is left, and leaves nothing behind", () =>
    Effect.gen(function* () {
      const gone: Bridge = { place, attend: () => failed(place, "no-room") }
      const door = { ready: Effect.never, say: () => Effect.succeed(true) }
      const failures = yield* Feed.run([gone, gone], door, Visitor.config.chat)
      expect(failures.map(({ reason }) => reason)).toEqual(["no-room", "no-room"])
      expect(yield* (yield* Census).counts).toEqual({})
    }).pipe(Effect.provide(layer))
  )
})
