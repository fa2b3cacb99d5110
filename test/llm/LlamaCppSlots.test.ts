import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import * as LlamaCppSlots from "../../src/llm/LlamaCppSlots.ts"

const slotOf = (conversation: string | undefined, lastUsed: number): LlamaCppSlots.Slot => ({
  conversation,
  lastUsed
})

/** Whatever can go on has gone on. */
const settled = Effect.repeatN(Effect.yieldNow(), 20)

const stop = (...fibers: ReadonlyArray<Fiber.Fiber<unknown, unknown>>) =>
  Effect.zipRight(Fiber.interruptAll(fibers), settled)

/** Two slots, and a journal of what begins and ends; each piece of work holds its slot until it is interrupted. */
const scene = () => {
  const journal: Array<string> = []
  const slots = LlamaCppSlots.make([slotOf(undefined, 0), slotOf(undefined, 0)])
  const hold = (name: string, background = false) =>
    Effect.fork(
      slots.use({ conversation: background ? undefined : name, background }, () =>
        Effect.sync(() => journal.push(`${name} begins`)).pipe(
          Effect.zipRight(Effect.never),
          Effect.onInterrupt(() => Effect.sync(() => journal.push(`${name} stops`)))
        )
      )
    ).pipe(Effect.tap(settled))
  return { journal, slots, hold }
}

describe("LlamaCppSlots", () => {
  it("chooses the slot that knows a conversation, or one that nobody comes back to, or the one idle longest", () => {
    const slots = [slotOf("a", 2), slotOf("b", 1)]
    assert.strictEqual(LlamaCppSlots.choose(slots, "a"), slots[0])
    assert.strictEqual(LlamaCppSlots.choose(slots, "c"), slots[1])
    assert.strictEqual(LlamaCppSlots.choose(slots, undefined), slots[1])
    const withTask = [slotOf("a", 1), slotOf(undefined, 9)]
    assert.strictEqual(LlamaCppSlots.choose(withTask, undefined), withTask[1])
    assert.strictEqual(LlamaCppSlots.choose(withTask, "c"), withTask[1])
    assert.isUndefined(LlamaCppSlots.choose([], "c"))
  })

  it.effect("has one piece of work in the background at a time, which makes room and begins again", () =>
    Effect.gen(function* () {
      const { hold, journal } = scene()
      const first = yield* hold("first", true)
      yield* hold("second", true)
      const a = yield* hold("a")
      assert.deepStrictEqual(journal, ["first begins", "a begins"])
      const b = yield* hold("b")
      assert.deepStrictEqual(journal.slice(2), ["first stops", "b begins"])
      yield* hold("c")
      yield* stop(a)
      assert.deepStrictEqual(journal.slice(4), ["a stops", "c begins"])
      yield* stop(b)
      assert.deepStrictEqual(journal.slice(6), ["b stops", "second begins"])
      yield* stop(first)
    })
  )

  it.effect("loses no slot to those who leave while they wait", () =>
    Effect.gen(function* () {
      const { hold, journal } = scene()
      const [a, b, c] = [yield* hold("a"), yield* hold("b"), yield* hold("c")]
      const task = yield* hold("task", true)
      yield* stop(c, task)
      yield* stop(a, b)
      yield* hold("d")
      yield* hold("e")
      assert.deepStrictEqual(journal.slice(-2), ["d begins", "e begins"])
    })
  )

  it.effect("loses no slot to one that leaves at the moment in which it is given it", () =>
    Effect.gen(function* () {
      const { hold, journal, slots } = scene()
      const [a, b] = [yield* hold("a"), yield* hold("b")]
      const late = yield* Effect.fork(
        slots.use({ conversation: "late", background: false }, () => Effect.sync(() => journal.push("late")))
      )
      yield* settled
      // It is given the slot of the one, and interrupted before it has gone on.
      yield* Fiber.interruptFork(a)
      late.unsafeInterruptAsFork(late.id())
      yield* settled
      assert.notInclude(journal, "late")
      yield* stop(b)
      yield* hold("d")
      yield* hold("e")
      assert.deepStrictEqual(journal.slice(-2), ["d begins", "e begins"])
    })
  )

  it.effect("lets work in the background that has made room twice run to its end", () =>
    Effect.gen(function* () {
      const { hold, journal } = scene()
      yield* hold("task", true)
      for (const name of ["1", "2", "3"]) {
        const [a, b] = [yield* hold(`a${name}`), yield* hold(`b${name}`)]
        yield* stop(a, b)
      }
      assert.lengthOf(
        journal.filter((line) => line === "task begins"),
        3
      )
      assert.lengthOf(
        journal.filter((line) => line === "task stops"),
        2
      )
    })
  )

  it.effect("counts the time of work in the background from when it has a slot", () =>
    Effect.gen(function* () {
      const { hold, slots } = scene()
      const [a, b] = [yield* hold("a"), yield* hold("b")]
      const task = yield* Effect.fork(
        Effect.flip(slots.use({ conversation: undefined, background: true }, () => Effect.never))
      )
      yield* settled
      yield* TestClock.adjust("10 minutes")
      assert.isNull(task.unsafePoll())
      yield* stop(a, b)
      yield* TestClock.adjust("119 seconds")
      assert.isNull(task.unsafePoll())
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(task))._tag, "Overdue")
    })
  )
})
