import { describe, expect, it } from "@effect/vitest"
import { Context, Effect, Exit, FastCheck as fc, Layer, Scope, TestClock } from "effect"
import { Alarms } from "../../src/supervision/Alarms.ts"

const made = Effect.gen(function* () {
  const scope = yield* Scope.make()
  const { after } = Context.get(yield* Layer.buildWithScope(Alarms.layer, scope), Alarms)
  const seen: Array<string> = []
  return {
    after,
    seen,
    set: (name: string, ms: number) => after(ms, () => void seen.push(name)),
    close: Scope.close(scope, Exit.void)
  }
})

describe("Alarms", () => {
  it.effect("acts for each at its own time, also for what comes while another is waited for", () =>
    Effect.gen(function* () {
      const { close, seen, set } = yield* made
      set("one", 5000)
      yield* TestClock.adjust("3 seconds")
      set("two", 5000)
      set("early", 1000)
      yield* TestClock.adjust("999 millis")
      expect(seen).toEqual([])
      yield* TestClock.adjust("1 millis")
      expect(seen).toEqual(["early"])
      yield* TestClock.adjust("999 millis")
      expect(seen).toEqual(["early"])
      yield* TestClock.adjust("1 millis")
      expect(seen).toEqual(["early", "one"])
      yield* TestClock.adjust("1 minute")
      expect(seen).toEqual(["early", "one", "two"])
      yield* close
    })
  )

  it.effect("does nothing for what was called off, and goes on for the others", () =>
    Effect.gen(function* () {
      const { close, seen, set } = yield* made
      const callOff = set("one", 1000)
      set("two", 2000)
      callOff()
      callOff()
      yield* TestClock.adjust("1 second")
      expect(seen).toEqual([])
      yield* TestClock.adjust("1 second")
      expect(seen).toEqual(["two"])
      yield* close
    })
  )

  it.effect("wakes for what comes after a time in which nothing was waited for", () =>
    Effect.gen(function* () {
      const { close, seen, set } = yield* made
      yield* TestClock.adjust("1 minute")
      set("one", 5000)()
      yield* TestClock.adjust("1 minute")
      set("two", 5000)
      yield* TestClock.adjust("4999 millis")
      expect(seen).toEqual([])
      yield* TestClock.adjust("1 millis")
      expect(seen).toEqual(["two"])
      yield* close
    })
  )

  it.effect("acts no more once its scope has closed", () =>
    Effect.gen(function* () {
      const { close, seen, set } = yield* made
      set("one", 5000)
      yield* TestClock.adjust("4 seconds")
      yield* close
      set("two", 1000)
      yield* TestClock.adjust("1 minute")
      expect(seen).toEqual([])
    })
  )

  it.effect("goes on after something that died", () =>
    Effect.gen(function* () {
      const { after, close, seen, set } = yield* made
      after(1000, () => {
        throw new Error("inside")
      })
      set("two", 1000)
      yield* TestClock.adjust("1 second")
      expect(seen).toEqual(["two"])
      yield* close
    })
  )

  it.effect.prop(
    "acts in order of time, and of setting where that is the same, whatever is called off",
    [fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.boolean()), { maxLength: 30 })],
    ([alarms]) =>
      Effect.gen(function* () {
        const { close, seen, set } = yield* made
        const callOffs = alarms.map(([ms], index) => set(String(index), ms))
        alarms.forEach(([, isKept], index) => {
          if (!isKept) callOffs[index]!()
        })
        yield* TestClock.adjust("20 millis")
        const expected = alarms
          .map(([ms, isKept], index) => ({ ms, isKept, name: String(index) }))
          .filter(({ isKept }) => isKept)
          .sort((one, other) => one.ms - other.ms)
          .map(({ name }) => name)
        expect(seen).toEqual(expected)
        yield* close
      })
  )
})
