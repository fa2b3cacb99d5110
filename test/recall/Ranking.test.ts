import { describe, expect, it } from "vitest"
import * as Ranking from "../../src/recall/Ranking.ts"

const day = 24 * 60 * 60 * 1000
const now = 1000 * day
const rules = { recall: 3, min_similarity: 0.1, half_life_days: 30 }

/** A fact at this angle from what is talked about, in degrees. */
const at = (id: number, degrees: number, { age = 0, importance = 5 } = {}) => ({
  id,
  importance,
  used: now - age * day,
  embedding: Int8Array.of(
    Math.round(127 * Math.cos((degrees * Math.PI) / 180)),
    Math.round(127 * Math.sin((degrees * Math.PI) / 180))
  )
})
const meaning = Int8Array.of(127, 0)

describe("Ranking", () => {
  it("recalls what is nearest, most important and freshest, above a bound", () => {
    expect(Ranking.choose([at(1, 60), at(2, 10), at(3, 30), at(4, 45)], meaning, rules, now)).toEqual([
      2, 3, 4
    ])
    expect(Ranking.choose([at(1, 20), at(2, 20, { importance: 10 })], meaning, rules, now)).toEqual([2, 1])
    expect(Ranking.choose([at(1, 20, { age: 60 }), at(2, 50)], meaning, rules, now)).toEqual([2, 1])
    expect(Ranking.choose([at(1, 90), at(2, 170)], meaning, rules, now)).toEqual([])
    const unknown = { ...at(1, 0), embedding: undefined }
    expect(Ranking.choose([unknown], meaning, { ...rules, min_similarity: -1 }, now)).toEqual([])
  })

  it("lets the least valuable go when there are too many, some at once when there are very many", () => {
    const facts = [at(1, 0, { age: 90 }), at(2, 0, { importance: 1 }), at(3, 0), at(4, 0, { importance: 10 })]
    expect(Ranking.leastValuable(facts, 4, now, 30)).toEqual([])
    expect(Ranking.leastValuable(facts, 2, now, 30)).toEqual([1, 2])
    const many = Array.from({ length: 1001 }, (_, id) => at(id, 0, { age: id }))
    expect(Ranking.leastValuable(many, 1000, now, 30)).toHaveLength(21)
    expect(Ranking.leastValuable(many, 1000, now, 30)[0]).toBe(1000)
  })
})
