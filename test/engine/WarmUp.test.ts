import { describe, expect, it } from "@effect/vitest"
import { Effect, Exit, Scope, TestClock } from "effect"
import { EngineUnavailable } from "../../src/engine/EngineUnavailable.ts"
import * as WarmUp from "../../src/engine/WarmUp.ts"
import { Census } from "../../src/telemetry/Census.ts"
import { ordered, slow } from "../support/Journal.ts"
import type { Journal } from "../support/Journal.ts"

const broken = (reason: string) =>
  new EngineUnavailable({ kind: "tts", engine: "slow", reason, advice: "Try again." })

/** Lets everything happen that waits for nothing but its turn. */
const settle = Effect.repeatN(Effect.yieldNow(), 30)

/** Warm-ups in a scope of their own, and what happens to them. */
const made = Effect.gen(function* () {
  const scope = yield* Scope.make()
  const journal: Journal = []
  const failures: Array<readonly [reason: unknown, awaited: boolean]> = []
  const warmUp = yield* Scope.extend(
    WarmUp.make({
      onFailure: ({ reason }, awaited) =>
        Effect.sync(() => {
          failures.push([reason, awaited])
          journal.push("tell")
        })
    }),
    scope
  )
  /** Writes down when it begins, too. */
  const load = (name: string, seconds: number) =>
    Effect.suspend(() => {
      journal.push(`begin ${name}`)
      return Effect.as(slow(journal, name, `${seconds} seconds`), name)
    })
  return { ...warmUp, journal, failures, load, close: Scope.close(scope, Exit.void) }
})

describe("WarmUp", () => {
  it.effect("loads nothing before it is to begin, and then all at the same time, the first one first", () =>
    Effect.gen(function* () {
      const { begin, close, journal, load, start } = yield* made
      const [one, two, three] = [start(load("one", 3)), start(load("two", 1)), start(load("three", 2))]
      yield* TestClock.adjust("1 minute")
      expect(journal).toEqual([])
      yield* begin
      yield* settle
      expect(journal).toEqual(["begin one", "begin two", "begin three"])
      const asked = yield* Effect.fork(Effect.all([one, two, three]))
      yield* TestClock.adjust("2999 millis")
      expect(asked.unsafePoll()).toBeNull()
      yield* TestClock.adjust("1 millis")
      expect(yield* Effect.flatten(asked.await)).toEqual(["one", "two", "three"])
      expect(journal.slice(3)).toEqual(["open two", "open three", "open one"])
      // It is there now.
      expect(yield* two).toBe("two")
      yield* begin
      yield* TestClock.adjust("1 minute")
      expect(journal.length).toBe(6)
      yield* close
    }).pipe(Effect.provide(Census.layer))
  )

  it.effect("starts no fiber for what is there already", () =>
    Effect.gen(function* () {
      const census = yield* Census
      const { begin, close, load, start } = yield* made
      const there = start(Effect.succeed("there"))
      void start(load("loading", 1))
      yield* begin
      expect(yield* census.counts).toEqual({ "warm-up": 1 })
      expect(yield* there).toBe("there")
      yield* close
      expect(yield* census.counts).toEqual({})
    }).pipe(Effect.provide(Census.layer))
  )

  it.effect(
    "interrupts all that load when its scope closes, and closes what is there, the last one first",
    () =>
      Effect.gen(function* () {
        const { begin, close, journal, load, start } = yield* made
        /** Takes ten seconds to stop. */
        const reluctant = (name: string) =>
          Effect.onInterrupt(load(name, 60), () =>
            Effect.zipRight(
              Effect.sleep("10 seconds"),
              Effect.sync(() => journal.push(`stopped ${name}`))
            )
          )
        /** Takes a second to close. */
        const heavy = (name: string, seconds: number) =>
          Effect.zipRight(
            Effect.addFinalizer(() =>
              Effect.map(Effect.sleep("1 second"), () => journal.push(`closed ${name}`))
            ),
            load(name, seconds)
          )
        void start(heavy("one", 3))
        void start(reluctant("two"))
        void start(heavy("three", 2))
        void start(reluctant("four"))
        void start(heavy("five", 1))
        yield* begin
        yield* TestClock.adjust("5 seconds")
        journal.length = 0
        const closing = yield* Effect.fork(close)
        yield* TestClock.adjust("9 seconds")
        expect(ordered(journal)).toEqual(["interrupt four", "interrupt two"])
        yield* TestClock.adjust("1 minute")
        yield* closing.await
        expect(journal.slice(2, 4).toSorted()).toEqual(["stopped four", "stopped two"])
        const closed = ["five", "three", "one"].flatMap((name) => [`close ${name}`, `closed ${name}`])
        expect(journal.slice(4)).toEqual(closed)
      }).pipe(Effect.provide(Census.layer))
  )

  it.effect("closes at once what a load had opened that fails, and tells of it afterwards", () =>
    Effect.gen(function* () {
      const { begin, close, failures, journal, load, start } = yield* made
      void start(Effect.zipRight(load("part", 1), broken("it broke")))
      void start(load("other", 2))
      yield* begin
      yield* TestClock.adjust("1 second")
      expect(journal).toEqual(["begin part", "begin other", "open part", "close part", "tell"])
      expect(failures).toEqual([["it broke", false]])
      yield* TestClock.adjust("1 second")
      yield* close
      expect(journal.slice(5)).toEqual(["open other", "close other"])
    }).pipe(Effect.provide(Census.layer))
  )

  it.effect("tells once of a load that fails, and tries again for whoever asks", () =>
    Effect.gen(function* () {
      const { begin, close, failures, load, start } = yield* made
      let tries = 0
      const flaky = start(
        Effect.suspend(() => {
          const failure = broken(`failure ${++tries}`)
          return tries < 3 ? Effect.delay(failure, "1 second") : load("third", 1)
        })
      )
      yield* begin
      yield* TestClock.adjust("1 second")
      expect(failures).toEqual([["failure 1", false]])
      yield* TestClock.adjust("1 minute")
      expect(tries).toBe(1)
      const both = yield* Effect.fork(
        Effect.all([Effect.flip(flaky), Effect.flip(flaky)], { concurrency: 2 })
      )
      yield* TestClock.adjust("1 second")
      const reasons = (yield* Effect.flatten(both.await)).map(({ reason }) => reason)
      expect(reasons).toEqual(["failure 2", "failure 2"])
      expect(failures.length).toBe(1)
      const third = yield* Effect.fork(flaky)
      yield* TestClock.adjust("1 second")
      expect(yield* Effect.flatten(third.await)).toBe("third")
      expect(yield* flaky).toBe("third")
      expect(tries).toBe(3)
      yield* close
    }).pipe(Effect.provide(Census.layer))
  )

  it.effect("says of a failure whether somebody waits for it", () =>
    Effect.gen(function* () {
      const { begin, close, failures, start } = yield* made
      const awaited = start(Effect.delay(broken("awaited"), "2 seconds"))
      const left = start(Effect.delay(broken("left"), "3 seconds"))
      yield* begin
      const waits = yield* Effect.fork(Effect.flip(awaited))
      const leaves = yield* Effect.fork(Effect.timeoutOption(left, "1 second"))
      yield* TestClock.adjust("3 seconds")
      expect((yield* Effect.flatten(waits.await)).reason).toBe("awaited")
      yield* leaves.await
      expect(failures).toEqual([
        ["awaited", true],
        ["left", false]
      ])
      yield* close
    }).pipe(Effect.provide(Census.layer))
  )

  it.effect("loads what is lazy when it is first asked for, once, and closes it before the rest", () =>
    Effect.gen(function* () {
      const { begin, close, journal, lazy, load, start } = yield* made
      const seldom = lazy(load("lazy", 1))
      void lazy(load("never", 1))
      void start(load("eager", 1))
      yield* begin
      yield* TestClock.adjust("1 minute")
      expect(journal).toEqual(["begin eager", "open eager"])
      const asked = yield* Effect.fork(Effect.all([seldom, seldom], { concurrency: 2 }))
      yield* TestClock.adjust("1 second")
      expect(yield* Effect.flatten(asked.await)).toEqual(["lazy", "lazy"])
      expect(yield* seldom).toBe("lazy")
      yield* close
      expect(journal.slice(2)).toEqual(["begin lazy", "open lazy", "close lazy", "close eager"])
    }).pipe(Effect.provide(Census.layer))
  )

  it.effect("loads once what somebody asks for before it is to begin", () =>
    Effect.gen(function* () {
      const { begin, close, journal, load, start } = yield* made
      const one = start(load("one", 1))
      void start(load("two", 1))
      const asking = yield* Effect.fork(one)
      yield* settle
      yield* begin
      yield* TestClock.adjust("1 second")
      expect((yield* asking.await)._tag).toBe("Success")
      expect(journal.filter((entry) => entry.startsWith("begin"))).toEqual(["begin one", "begin two"])
      yield* close
    }).pipe(Effect.provide(Census.layer))
  )
})
