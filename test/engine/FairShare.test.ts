import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Option, TestClock } from "effect"
import * as FairShare from "../../src/engine/FairShare.ts"
import { after } from "../support/Steps.ts"

const job = (journal: Array<string>, name: string) =>
  Effect.zipRight(
    Effect.sync(() => journal.push(name)),
    Effect.sleep("1 second")
  )

it.effect("lets the members that wait take turns", () =>
  Effect.gen(function* () {
    const journal: Array<string> = []
    const share = FairShare.make(1)
    const [ann, bob] = [share.join(), share.join()]
    for (const name of ["a1", "a2", "a3"]) yield* Effect.fork(ann.run(job(journal, name)))
    yield* Effect.yieldNow()
    for (const name of ["b1", "b2"]) yield* Effect.fork(bob.run(job(journal, name)))
    yield* TestClock.adjust("10 seconds")
    assert.deepStrictEqual(journal, ["a1", "a2", "b1", "a3", "b2"])
  })
)

it.effect("runs as many jobs at once as there are places", () =>
  Effect.gen(function* () {
    const journal: Array<string> = []
    const member = FairShare.make(2).join()
    for (const name of ["1", "2", "3"]) yield* Effect.fork(member.run(job(journal, name)))
    yield* TestClock.adjust("500 millis")
    assert.deepStrictEqual(journal, ["1", "2"])
    yield* TestClock.adjust("500 millis")
    assert.deepStrictEqual(journal, ["1", "2", "3"])
  })
)

it.effect("gives the place of a job that fails or is interrupted to the next one", () =>
  Effect.gen(function* () {
    const journal: Array<string> = []
    const member = FairShare.make(1).join()
    const first = yield* Effect.fork(member.run(job(journal, "first")))
    const leaver = yield* Effect.fork(member.run(job(journal, "leaver")))
    yield* Effect.fork(member.run(Effect.zipRight(job(journal, "fails"), Effect.fail("no"))))
    yield* Effect.fork(member.run(job(journal, "last")))
    yield* TestClock.adjust("500 millis")
    yield* Fiber.interrupt(leaver)
    yield* Fiber.interrupt(first)
    yield* TestClock.adjust("1500 millis")
    assert.deepStrictEqual(journal, ["first", "fails", "last"])
  })
)

it.effect("is free again when all have left", () =>
  Effect.gen(function* () {
    const journal: Array<string> = []
    const share = FairShare.make(1)
    const running = yield* Effect.fork(share.join().run(Effect.never))
    const waiting = yield* Effect.fork(share.join().run(Effect.never))
    yield* Effect.yieldNow()
    yield* Fiber.interrupt(running)
    yield* Fiber.interrupt(waiting)
    yield* Effect.fork(share.join().run(job(journal, "now")))
    yield* Effect.yieldNow()
    assert.deepStrictEqual(journal, ["now"])
  })
)

it.effect("loses no place, wherever a job is interrupted", () =>
  Effect.gen(function* () {
    const journal: Array<string> = []
    const member = FairShare.make(1).join()
    // A fiber lets others run after so many steps: each time at another point of the way in.
    const stepsAtOnce = 128
    for (let steps = 0; steps < stepsAtOnce; steps++) {
      const left = yield* after(steps, member.run(Effect.never)).pipe(
        Effect.withMaxOpsBeforeYield(stepsAtOnce),
        Effect.fork
      )
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(left)
      yield* Effect.fork(member.run(Effect.sync(() => journal.push("in"))))
      yield* Effect.yieldNow()
      assert.lengthOf(journal, steps + 1)
    }
  })
)

it.effect("lends a place that is free, until somebody waits for one", () =>
  Effect.gen(function* () {
    const journal: Array<string> = []
    const share = FairShare.make(1)
    const [ann, bob] = [share.join(), share.join()]
    yield* Effect.scoped(
      Effect.gen(function* () {
        const loan = Option.getOrThrow(yield* ann.borrow)
        assert.isTrue(loan.isMine())
        assert.isTrue(Option.isNone(yield* bob.borrow))
        yield* Effect.fork(bob.run(job(journal, "bob")))
        yield* Effect.fork(ann.run(job(journal, "ann")))
        yield* Effect.yieldNow()
        assert.deepStrictEqual(journal, ["bob"])
        assert.isFalse(loan.isMine())
      })
    )
    // Its scope gives nothing back that has gone to somebody else.
    assert.deepStrictEqual(journal, ["bob"])
    yield* TestClock.adjust("2 seconds")
    assert.deepStrictEqual(journal, ["bob", "ann"])
    yield* Effect.scoped(Effect.map(ann.borrow, (loan) => assert.isTrue(Option.isSome(loan))))
    yield* Effect.fork(bob.run(job(journal, "again")))
    yield* Effect.yieldNow()
    assert.deepStrictEqual(journal, ["bob", "ann", "again"])
  })
)
