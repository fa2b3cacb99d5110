import { Clock, Effect, Layer } from "effect"
import { Facts } from "../../src/history/Facts.ts"
import type { Fact, Whose } from "../../src/history/Facts.ts"
import * as Generations from "../../src/history/Generations.ts"

/** A fact as it is kept, with its owner. */
export interface Kept extends Fact {
  readonly confUid: string
  readonly used: number
  readonly embedding: Int8Array | undefined
}

/** Facts in memory, for tests on TestClock: a real database does not know that clock. */
export const layer = (kept: Array<Kept> = []) => {
  let ids = 0
  const generations = Generations.make()
  const isOf =
    ({ confUid, person }: Whose) =>
    (fact: Kept) =>
      fact.confUid === confUid && (person === undefined || fact.person === person)
  const change = (whose: Whose, id: number, to: (fact: Kept) => Kept) => {
    const at = kept.findIndex((fact) => isOf(whose)(fact) && fact.id === id)
    if (at !== -1) kept[at] = to(kept[at]!)
    return at !== -1
  }
  const remove = (whose: Whose, ids: ReadonlyArray<number> | "all") =>
    Effect.sync(() => {
      const gone = kept.filter(isOf(whose)).filter(({ id }) => ids === "all" || ids.includes(id))
      for (const fact of gone) kept.splice(kept.indexOf(fact), 1)
      return gone.length
    })
  const edit: Facts["Type"]["edit"] = (whose, id, { embedding, ...rest }) =>
    Effect.map(Clock.currentTimeMillis, (now) =>
      change(whose, id, (fact) => ({
        ...fact,
        ...rest,
        embedding: rest.text === undefined ? fact.embedding : embedding,
        updated: now,
        used: now
      }))
    )
  return Layer.succeed(
    Facts,
    Facts.of({
      list: (whose) => Effect.sync(() => kept.filter(isOf(whose))),
      traces: (owner) => Effect.sync(() => kept.filter(isOf(owner))),
      get: (whose, ids) => Effect.sync(() => kept.filter(isOf(whose)).filter(({ id }) => ids.includes(id))),
      add: (owner, fact) =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          const id = ++ids
          kept.push({ ...owner, ...fact, id, created: now, updated: now, used: now })
          return id
        }),
      edit,
      correct: (owner, id, change) =>
        Effect.suspend(() => {
          generations.next(owner)
          return edit(owner, id, change)
        }),
      embed: (owner, id, embedding) =>
        Effect.sync(() => change(owner, id, (fact) => ({ ...fact, embedding }))),
      use: (owner, ids) =>
        Effect.map(Clock.currentTimeMillis, (used) =>
          ids.forEach((id) => change(owner, id, (fact) => ({ ...fact, used })))
        ),
      remove,
      forget: (owner, ids) =>
        Effect.suspend(() => {
          generations.next(owner)
          return remove(owner, ids)
        }),
      generation: generations.of
    })
  )
}
