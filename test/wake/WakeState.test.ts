import { describe, expect, it } from "@effect/vitest"
import { Effect, FastCheck as fc, Runtime, Scope, TestClock, TestContext } from "effect"
import * as WakeState from "../../src/wake/WakeState.ts"

const word = { word: "Hana", language: "en" }
const timeout = 10_000

const make = Effect.gen(function* () {
  const told: Array<WakeState.Report> = []
  let busy = false
  const state = WakeState.make(
    {
      timeout: Effect.succeed(timeout),
      isBusy: Effect.sync(() => busy),
      alone: (effect) => effect,
      tell: (report) => Effect.sync(() => void told.push(report))
    },
    yield* Effect.scope,
    yield* Effect.clock
  )
  return { state, told, setBusy: (now: boolean) => void (busy = now) }
})

const wait = (ms: number) => TestClock.adjust(ms)

describe("the time-out of a wake word", () => {
  it.scoped("is over to the millisecond", () =>
    Effect.gen(function* () {
      const { state, told } = yield* make
      yield* state.wake(word)
      yield* wait(timeout - 1)
      expect(state.isActive()).toBe(true)
      yield* wait(1)
      expect(state.isActive()).toBe(false)
      expect(told.map(({ action }) => action)).toEqual(["wake_up", "sleep"])
    })
  )

  it.scoped("begins anew with every word, and with whatever else is to count", () =>
    Effect.gen(function* () {
      const { state } = yield* make
      yield* state.wake(word)
      for (const again of [state.heard, Effect.sync(state.restart), state.speakUp, state.wake(word)]) {
        yield* wait(timeout - 1)
        yield* again
      }
      yield* wait(timeout - 1)
      expect(state.isActive()).toBe(true)
      yield* wait(1)
      expect(state.isActive()).toBe(false)
    })
  )

  it.scoped("does not run while a turn does, and is put off by what goes on when it is over", () =>
    Effect.gen(function* () {
      const { setBusy, state } = yield* make
      yield* state.wake(word)
      yield* state.turnBegan
      yield* wait(100 * timeout)
      yield* state.turnEnded
      yield* wait(timeout - 1)
      expect(state.isActive()).toBe(true)
      setBusy(true)
      yield* wait(1)
      setBusy(false)
      yield* wait(timeout - 1)
      expect(state.isActive()).toBe(true)
      yield* wait(1)
      expect(state.isActive()).toBe(false)
    })
  )

  it.effect("ends with its session", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { state, told } = yield* Scope.extend(make, scope)
      yield* state.wake(word)
      yield* Scope.close(scope, yield* Effect.exit(Effect.void))
      yield* wait(10 * timeout)
      expect(told).toHaveLength(1)
    })
  )
})

/** What may happen, and what the state then is in a model that knows no fibers. */
const happening = fc.oneof(
  fc.constantFrom("wake", "end", "ignore", "heard", "speakUp", "turn", "switch" as const),
  fc.integer({ min: 1, max: 2 * timeout })
)

const runModel = (happenings: ReadonlyArray<string | number>) =>
  Effect.gen(function* () {
    const { state, told } = yield* make
    const counts = { wake_count: 0, end_count: 0, ignored_count: 0, timeout_count: 0, false_start_count: 0 }
    let active = false
    let used = false
    let left = 0
    let reports = 0
    const touch = () => void (left = timeout)
    for (const what of happenings) {
      if (typeof what === "number") {
        yield* wait(what)
        left -= what
        if (active && left <= 0) {
          active = false
          counts.timeout_count++
          if (!used) counts.false_start_count++
          reports++
        }
      } else if (what === "wake") {
        yield* state.wake(word)
        active = true
        used = false
        counts.wake_count++
        reports++
        touch()
      } else if (what === "end") {
        yield* state.end(word)
        if (active) {
          counts.end_count++
          reports++
        }
        active = false
      } else if (what === "ignore") {
        yield* state.ignore
        counts.ignored_count++
        reports++
      } else if (what === "heard") {
        yield* state.heard
        used = true
        touch()
      } else if (what === "speakUp") {
        yield* state.speakUp
        if (!active) reports++
        active = true
        used = true
        touch()
      } else if (what === "turn") {
        yield* state.turnBegan
        yield* wait(3 * timeout)
        yield* state.turnEnded
        yield* wait(0)
        touch()
      } else {
        yield* state.reset(true)
        active = false
        reports++
      }
      expect(state.isActive()).toBe(active)
      expect(told).toHaveLength(reports)
      const now = state.read()
      expect(now.stats).toMatchObject(counts)
      expect(now.current_state).toBe(active ? "active" : "listening")
      expect(now.advertisement_control.should_show_ads).toBe(!active)
      // What was told last is what is so, whatever has happened.
      const last = told.at(-1)
      if (last !== undefined) expect(last.current_state).toBe(now.current_state)
    }
  }).pipe(Effect.scoped, Effect.provide(TestContext.TestContext))

describe("the state of a wake word", () => {
  it.effect("is what a simple model of it is, whatever happens", () =>
    Effect.gen(function* () {
      const run = Runtime.runPromise(yield* Effect.runtime())
      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(fc.array(happening, { maxLength: 30 }), (happenings) => run(runModel(happenings))),
          { numRuns: 300 }
        )
      )
    })
  )
})
