import { describe, expect, it } from "@effect/vitest"
import { Effect, Exit, Scope, TestClock } from "effect"
import * as FiberSlot from "../../src/supervision/FiberSlot.ts"

/** Takes a second to stop. */
const reluctant = (journal: Array<string>, name: string) =>
  Effect.sync(() => journal.push(`begin ${name}`)).pipe(
    Effect.zipRight(Effect.never),
    Effect.onInterrupt(() =>
      Effect.zipRight(
        Effect.sleep("1 second"),
        Effect.sync(() => journal.push(`stopped ${name}`))
      )
    )
  )

describe("FiberSlot", () => {
  it.scoped("starts the next fiber only when the one before has stopped", () =>
    Effect.gen(function* () {
      const journal: Array<string> = []
      const slot = FiberSlot.make(yield* Effect.scope)
      yield* slot.start(reluctant(journal, "one"))
      expect(journal).toEqual(["begin one"])
      const second = yield* Effect.fork(slot.start(reluctant(journal, "two")))
      yield* TestClock.adjust("900 millis")
      expect(journal).toEqual(["begin one"])
      yield* TestClock.adjust("100 millis")
      yield* second.await
      expect(journal).toEqual(["begin one", "stopped one", "begin two"])
      yield* Effect.fork(slot.stop)
      yield* TestClock.adjust("1 second")
      expect(journal.at(-1)).toBe("stopped two")
    })
  )

  it.effect("stops its fiber with the scope, and waits for it", () =>
    Effect.gen(function* () {
      const journal: Array<string> = []
      const scope = yield* Scope.make()
      const slot = FiberSlot.make(scope)
      yield* slot.start(reluctant(journal, "one"))
      const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
      yield* TestClock.adjust("900 millis")
      expect(closing.unsafePoll()).toBeNull()
      yield* TestClock.adjust("100 millis")
      yield* closing.await
      expect(journal).toEqual(["begin one", "stopped one"])
    })
  )

  it.scoped("starts nothing in a scope that has closed", () =>
    Effect.gen(function* () {
      const journal: Array<string> = []
      const scope = yield* Scope.make()
      const slot = FiberSlot.make(scope)
      yield* Scope.close(scope, Exit.void)
      yield* slot.start(reluctant(journal, "late"))
      yield* TestClock.adjust("1 second")
      expect(journal).toEqual([])
    })
  )
})
