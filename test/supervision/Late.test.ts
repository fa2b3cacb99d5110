import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Exit, Scope, TestClock } from "effect"
import * as Late from "../../src/supervision/Late.ts"

/** Who is late after five seconds. */
const made = Effect.gen(function* () {
  const scope = yield* Scope.make()
  const late = yield* Late.make(Duration.seconds(5), scope)
  const seen: Array<string> = []
  return {
    seen,
    waitFor: (name: string) => late.unlessSoon(() => void seen.push(name)),
    close: Scope.close(scope, Exit.void)
  }
})

describe("Late", () => {
  it.effect("acts for each at its own time, also for what comes while another is waited for", () =>
    Effect.gen(function* () {
      const { close, seen, waitFor } = yield* made
      waitFor("one")
      yield* TestClock.adjust("3 seconds")
      waitFor("two")
      waitFor("three")
      yield* TestClock.adjust("1999 millis")
      expect(seen).toEqual([])
      yield* TestClock.adjust("1 millis")
      expect(seen).toEqual(["one"])
      waitFor("four")
      yield* TestClock.adjust("2999 millis")
      expect(seen).toEqual(["one"])
      yield* TestClock.adjust("1 millis")
      expect(seen).toEqual(["one", "two", "three"])
      yield* TestClock.adjust("2 seconds")
      expect(seen).toEqual(["one", "two", "three", "four"])
      yield* TestClock.adjust("1 minute")
      expect(seen).toEqual(["one", "two", "three", "four"])
      yield* close
    })
  )

  it.effect("sees to what comes after a time in which nothing was waited for", () =>
    Effect.gen(function* () {
      const { close, seen, waitFor } = yield* made
      yield* TestClock.adjust("1 minute")
      waitFor("one")
      yield* TestClock.adjust("5 seconds")
      expect(seen).toEqual(["one"])
      yield* TestClock.adjust("1 minute")
      waitFor("two")
      yield* TestClock.adjust("4999 millis")
      expect(seen).toEqual(["one"])
      yield* TestClock.adjust("1 millis")
      expect(seen).toEqual(["one", "two"])
      yield* close
    })
  )

  it.effect("acts no more once its scope has closed", () =>
    Effect.gen(function* () {
      const { close, seen, waitFor } = yield* made
      waitFor("one")
      yield* TestClock.adjust("4 seconds")
      waitFor("two")
      yield* close
      waitFor("three")
      yield* TestClock.adjust("1 minute")
      expect(seen).toEqual([])
    })
  )

  it.effect("goes on after something that died", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const late = yield* Late.make(Duration.seconds(5), scope)
      const seen: Array<string> = []
      late.unlessSoon(() => {
        throw new Error("inside")
      })
      late.unlessSoon(() => void seen.push("two"))
      yield* TestClock.adjust("5 seconds")
      expect(seen).toEqual(["two"])
      late.unlessSoon(() => void seen.push("three"))
      yield* TestClock.adjust("5 seconds")
      expect(seen).toEqual(["two", "three"])
      yield* Scope.close(scope, Exit.void)
    })
  )
})
