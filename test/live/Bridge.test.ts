import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Logger, LogLevel, Random, TestClock } from "effect"
import * as Bridge from "../../src/live/Bridge.ts"
import { failed } from "../../src/live/BridgeFailed.ts"
import type { BridgeFailed, Place } from "../../src/live/BridgeFailed.ts"
import type { Attendance } from "../../src/live/ChatMessage.ts"
import { Census } from "../../src/telemetry/Census.ts"

const place: Place = { platform: "twitch", room: "anna" }
const nobody = { hear: () => undefined, skip: () => undefined }

/** A bridge whose connections go as told; `at`: when (ms) each began. */
const bridge = (attend: (index: number, attendance: Attendance) => Effect.Effect<never, BridgeFailed>) => {
  const at: Array<number> = []
  const made: Bridge.Bridge = {
    place,
    attend: (attendance) =>
      Effect.flatMap(TestClock.currentTimeMillis, (now) => attend(at.push(now) - 1, attendance))
  }
  return { at, made }
}

const layer = Layer.merge(Census.layer, Logger.minimumLogLevel(LogLevel.None))

const pausesOf = (at: ReadonlyArray<number>) => at.slice(1).map((time, index) => (time - at[index]!) / 1000)

describe("a bridge", () => {
  it.scoped("is connected again after pauses that grow up to a minute, each a little by chance", () =>
    Effect.gen(function* () {
      const { at, made } = bridge(() => failed(place, "no-connection"))
      const kept = yield* Effect.forkScoped(Bridge.keep(made, nobody))
      yield* Effect.repeatN(TestClock.adjust("1 second"), 400)
      const pauses = pausesOf(at)
      for (const [index, usual] of [1, 2, 4, 8, 16, 32, 60, 60, 60].entries()) {
        // Looked at by the second.
        expect(pauses[index]).toBeGreaterThanOrEqual(Math.floor(usual * 0.8))
        expect(pauses[index]).toBeLessThanOrEqual(Math.ceil(usual * 1.2) + 1)
      }
      expect(new Set(pauses.slice(6)).size).toBeGreaterThan(1)
      yield* Fiber.interrupt(kept)
      expect(yield* (yield* Census).counts).toEqual({})
    }).pipe(Effect.withRandom(Random.make("bridge")), Effect.provide(layer))
  )

  it.scoped("gives up a connection that the room does not let in", () =>
    Effect.gen(function* () {
      const { at, made } = bridge((index, { joined }) =>
        Effect.zipRight(index === 1 ? joined : Effect.void, Effect.never)
      )
      const logged: Array<unknown> = []
      const logger = Logger.make(({ message }) => void logged.push(message))
      yield* Bridge.keep(made, nobody).pipe(
        Logger.withMinimumLogLevel(LogLevel.Warning),
        Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
        Effect.forkScoped
      )
      yield* TestClock.adjust("39 seconds")
      expect(at.length).toBe(1)
      yield* TestClock.adjust("3 seconds")
      expect(at.length).toBe(2)
      // That one was let in.
      yield* TestClock.adjust("10 minutes")
      expect(at.length).toBe(2)
      expect(logged.flat()).toEqual([
        "the chat of Twitch, anna does not answer whoever joins it: it may not exist; trying again"
      ])
    }).pipe(Effect.provide(layer))
  )

  it.scoped(
    "is connected again soon if it had been there for a while, and not if it was thrown out at once",
    () =>
      Effect.gen(function* () {
        const lasting = (index: number) => (index === 4 ? 40 : 0)
        const { at, made } = bridge((index, { joined }) =>
          joined.pipe(
            Effect.zipRight(Effect.sleep(lasting(index) * 1000)),
            Effect.zipRight(failed(place, "reconnect"))
          )
        )
        yield* Effect.forkScoped(Bridge.keep(made, nobody))
        yield* Effect.repeatN(TestClock.adjust("1 second"), 120)
        const pauses = pausesOf(at).map((pause, index) => pause - lasting(index))
        expect(pauses[3]).toBeGreaterThan(5)
        expect(pauses[4]).toBeLessThanOrEqual(2)
      }).pipe(Effect.provide(layer))
  )

  it.scoped("is connected again after a mistake in it, and ends when trying again would not help", () =>
    Effect.gen(function* () {
      const { at, made } = bridge((index) =>
        index === 0 ? Effect.die(new Error("oh")) : failed(place, "refused")
      )
      const kept = yield* Effect.forkScoped(Effect.flip(Bridge.keep(made, nobody)))
      yield* TestClock.adjust("3 seconds")
      expect((yield* Fiber.join(kept)).reason).toBe("refused")
      expect(at).toHaveLength(2)
    }).pipe(Effect.provide(layer))
  )
})
