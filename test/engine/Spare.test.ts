import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, TestClock } from "effect"
import { EngineUnavailable } from "../../src/engine/EngineUnavailable.ts"
import * as Spare from "../../src/engine/Spare.ts"
import { Census } from "../../src/telemetry/Census.ts"

const unavailable = (engine: string) =>
  new EngineUnavailable({ kind: "tts", engine, reason: "gone", advice: "Wait." })

const both = {
  both: (failure: string, other: string | EngineUnavailable) =>
    `${failure} and ${typeof other === "string" ? other : `no ${other.engine}`}`
}
const name = { kind: "tts", engine: "first" } as const

/** Two engines that work, or do not, as it stands here, and what they are asked. */
const world = () => {
  const told: Array<string> = []
  const state = { first: "works", spare: "works", opened: 0, told }
  const load = (engine: "first" | "spare", opening: Effect.Effect<void, EngineUnavailable> = Effect.void) =>
    Effect.zipRight(opening, Effect.succeed({ engine }))
  const onSpare: Spare.OnSpare<string> = (failure, spare) =>
    Effect.sync(() => void told.push(`${typeof failure === "string" ? failure : failure.engine} > ${spare}`))
  const job = (
    { engine }: { readonly engine: "first" | "spare" },
    done: Effect.Effect<void>
  ): Effect.Effect<string, string> =>
    state[engine] === "works" ? Effect.as(done, engine) : Effect.fail(`${engine} failed`)
  return { state, load, onSpare, job }
}

describe("Spare", () => {
  it.scoped("has the other one do what the first could not, and tells of each outage once", () =>
    Effect.gen(function* () {
      const { job, load, onSpare, state } = world()
      const spare = yield* Spare.open({ ...both, name, first: load("first"), spare: load("spare"), onSpare })
      state.first = "fails"
      for (let count = 0; count < 3; count++) assert.strictEqual(yield* spare.run(job), "spare")
      assert.deepStrictEqual(state.told, ["first failed > spare"])
      state.first = "works"
      for (let count = 0; count < 3; count++) assert.strictEqual(yield* spare.run(job), "first")
      state.first = "fails"
      yield* spare.run(job)
      assert.lengthOf(state.told, 2)
    }).pipe(Effect.provide(Census.layer))
  )

  it.scoped("tells of nothing where the other one fails, too", () =>
    Effect.gen(function* () {
      const { job, load, onSpare, state } = world()
      const spare = yield* Spare.open({ ...both, name, first: load("first"), spare: load("spare"), onSpare })
      state.first = "fails"
      state.spare = "fails"
      assert.strictEqual(yield* Effect.flip(spare.run(job)), "first failed and spare failed")
      assert.deepStrictEqual(state.told, [])
      state.spare = "works"
      assert.strictEqual(yield* spare.run(job), "spare")
      assert.lengthOf(state.told, 1)
    }).pipe(Effect.provide(Census.layer))
  )

  it.scoped("goes on opening the other one when nobody waits for it any more", () =>
    Effect.gen(function* () {
      const { job, load, onSpare, state } = world()
      const opening = yield* Deferred.make<void>()
      const opened = Effect.sync(() => void state.opened++)
      const spare = yield* Spare.open({
        ...both,
        name,
        first: load("first"),
        spare: load("spare", Effect.zipRight(opened, Deferred.await(opening))),
        onSpare
      })
      state.first = "fails"
      const waiting = yield* Effect.fork(spare.run(job))
      yield* TestClock.adjust("1 seconds")
      yield* Fiber.interrupt(waiting)
      yield* Deferred.succeed(opening, undefined)
      assert.strictEqual(yield* spare.run(job), "spare")
      assert.strictEqual(state.opened, 1)
    }).pipe(Effect.provide(Census.layer))
  )

  it.scoped("tries again to open the other one where that failed", () =>
    Effect.gen(function* () {
      const { job, load, onSpare, state } = world()
      const opening = Effect.suspend(() => (state.opened++ === 0 ? unavailable("spare") : Effect.void))
      const spare = yield* Spare.open({
        ...both,
        name,
        first: load("first"),
        spare: load("spare", opening),
        onSpare
      })
      state.first = "fails"
      assert.strictEqual(yield* Effect.flip(spare.run(job)), "first failed and no spare")
      assert.strictEqual(yield* spare.run(job), "spare")
    }).pipe(Effect.provide(Census.layer))
  )

  it.scoped("tries from time to time to open the first one where that failed, beside the jobs", () =>
    Effect.gen(function* () {
      const { job, load, onSpare, state } = world()
      const opening = Effect.suspend(() => (state.opened++ < 2 ? unavailable("first") : Effect.void))
      const spare = yield* Spare.open({
        ...both,
        name,
        first: load("first", opening),
        spare: load("spare"),
        onSpare
      })
      assert.deepStrictEqual(state.told, ["first > spare"])
      assert.strictEqual(spare.current().engine, "spare")
      const done: Array<string> = []
      for (let count = 0; count < 8; count++) {
        done.push(yield* spare.run(job))
        yield* TestClock.adjust("15 seconds")
      }
      assert.deepStrictEqual(done, [...Array.from({ length: 5 }, () => "spare"), "first", "first", "first"])
      assert.strictEqual(state.opened, 3)
      assert.lengthOf(state.told, 1)
    }).pipe(Effect.provide(Census.layer))
  )

  it.scoped("has the other one work while the first takes long to be opened, and then the first", () =>
    Effect.gen(function* () {
      const { job, load, onSpare, state } = world()
      const opening = yield* Effect.fork(
        Spare.open({
          ...both,
          name,
          first: load("first", Effect.sleep("5 minutes")),
          spare: load("spare"),
          onSpare
        })
      )
      yield* TestClock.adjust("10 seconds")
      const spare = yield* Fiber.join(opening)
      assert.strictEqual(yield* spare.run(job), "spare")
      assert.deepStrictEqual(state.told, ["first > spare"])
      yield* TestClock.adjust("5 minutes")
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(yield* spare.run(job), "first")
    }).pipe(Effect.provide(Census.layer))
  )

  it.scoped("waits for the first one where there is no other", () =>
    Effect.gen(function* () {
      const { job, load, onSpare, state } = world()
      const opening = yield* Effect.fork(
        Spare.open({
          ...both,
          name,
          first: load("first", Effect.sleep("5 minutes")),
          spare: load("spare", unavailable("spare")),
          onSpare
        })
      )
      yield* TestClock.adjust("5 minutes")
      const spare = yield* Fiber.join(opening)
      assert.strictEqual(yield* spare.run(job), "first")
      assert.deepStrictEqual(state.told, [])
    }).pipe(Effect.provide(Census.layer))
  )

  it.scoped("cannot be opened where neither can", () =>
    Effect.gen(function* () {
      const { load, onSpare } = world()
      const failure = yield* Effect.flip(
        Spare.open({
          ...both,
          name,
          first: load("first", unavailable("first")),
          spare: load("spare", unavailable("spare")),
          onSpare
        })
      )
      assert.strictEqual(failure.engine, "first")
      assert.include(failure.message, "Its fallback does not work either: spare")
    }).pipe(Effect.provide(Census.layer))
  )
})
