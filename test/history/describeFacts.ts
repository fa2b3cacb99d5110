import { expect } from "@effect/vitest"
import type { Vitest } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import type { Layer } from "effect"
import { Facts } from "../../src/history/Facts.ts"
import type { History } from "../../src/history/History.ts"

export const anna = { confUid: "a", person: "Anna" }
const meaning = Int8Array.of(1, -2, 127, -127)
export const fact = (text: string, importance = 5) => ({ text, importance, embedding: meaning })

/** What facts do in every kind of database. `fresh` gives one that nobody has used. */
export const describeFacts = <R, E>(
  it: Vitest.MethodsNonLive<R>,
  fresh: Layer.Layer<History | Facts, E, R>
) => {
  it.effect("keeps them per character and person, with their meaning and times", () =>
    Effect.gen(function* () {
      const facts = yield* Facts
      yield* TestClock.setTime(1_800_000_000_123)
      const id = yield* facts.add(anna, fact("Anna has two cats."))
      yield* facts.add({ confUid: "a", person: "Ben" }, fact("Ben has a dog."))
      yield* facts.add({ confUid: "b", person: "Anna" }, fact("Anna is known to b."))
      expect(yield* facts.list(anna)).toEqual([
        {
          id,
          person: "Anna",
          text: "Anna has two cats.",
          importance: 5,
          created: 1_800_000_000_123,
          updated: 1_800_000_000_123
        }
      ])
      expect((yield* facts.list({ confUid: "a" })).map(({ person }) => person)).toEqual(["Anna", "Ben"])
      expect(yield* facts.traces(anna)).toEqual([
        { id, importance: 5, used: 1_800_000_000_123, embedding: meaning }
      ])

      yield* TestClock.adjust("1 second")
      yield* facts.use(anna, [id])
      expect(yield* facts.traces(anna)).toMatchObject([{ used: 1_800_000_001_123 }])
      expect(yield* facts.list(anna)).toMatchObject([{ updated: 1_800_000_000_123 }])

      // A new text has no meaning until it is given one; a new importance leaves it alone.
      expect(yield* facts.edit(anna, id, { importance: 9 })).toBe(true)
      expect(yield* facts.traces(anna)).toMatchObject([{ importance: 9, embedding: meaning }])
      expect(yield* facts.edit(anna, id, { text: "Anna has one cat." })).toBe(true)
      expect(yield* facts.traces(anna)).toMatchObject([{ embedding: undefined }])
      yield* facts.embed(anna, id, meaning)
      expect(yield* facts.traces(anna)).toMatchObject([{ embedding: meaning }])
      expect(yield* facts.get(anna, [id, 999])).toMatchObject([{ text: "Anna has one cat." }])

      // Nobody else's.
      const ben = { confUid: "a", person: "Ben" }
      expect(yield* facts.edit(ben, id, { text: "Mine." })).toBe(false)
      expect(yield* facts.remove(ben, [id])).toBe(0)
      expect(yield* facts.remove(anna, [id])).toBe(1)
      expect(yield* facts.remove({ confUid: "a" }, "all")).toBe(1)
      expect(yield* facts.list({ confUid: "b" })).toHaveLength(1)
    }).pipe(Effect.provide(fresh))
  )
}
