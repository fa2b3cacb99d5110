import type { LongTermMemoryConfig } from "../config/AgentConfig.ts"
import type { Trace } from "../history/Facts.ts"

const day = 24 * 60 * 60 * 1000

/** The cosine between two directions; 0 for a text without a meaning. */
export const similarity = (one: Int8Array, other: Int8Array): number => {
  let product = 0
  let ones = 0
  let others = 0
  for (let place = 0; place < one.length; place++) {
    product += one[place]! * other[place]!
    ones += one[place]! * one[place]!
    others += other[place]! * other[place]!
  }
  return ones === 0 || others === 0 ? 0 : product / Math.sqrt(ones * others)
}

/** What a fact is worth at a moment (ms since 1970), whatever is talked about. A fact of importance 10 counts twice one of 1. */
const valueOf = ({ importance, used }: Trace, now: number, halfLifeDays: number): number =>
  ((8 + importance) / 18) * 2 ** (-Math.max(0, now - used) / (day * halfLifeDays))

/** The facts nearest to a meaning, the nearest first. */
export const nearest = <T extends Trace>(traces: ReadonlyArray<T>, meaning: Int8Array, most: number) =>
  traces
    .map((trace) => ({
      trace,
      similarity: trace.embedding === undefined ? 0 : similarity(trace.embedding, meaning)
    }))
    .toSorted((one, other) => other.similarity - one.similarity)
    .slice(0, most)

type Rules = Pick<LongTermMemoryConfig, "recall" | "min_similarity" | "half_life_days">

/** The facts to recall when something with this meaning is said: ids, what fits best first. */
export const choose = (
  traces: ReadonlyArray<Trace>,
  meaning: Int8Array,
  rules: Rules,
  now: number
): ReadonlyArray<number> =>
  nearest(traces, meaning, traces.length)
    .filter(({ similarity }) => similarity > 0 && similarity >= rules.min_similarity)
    .map(({ similarity, trace }) => ({
      id: trace.id,
      score: similarity * valueOf(trace, now, rules.half_life_days)
    }))
    .toSorted((one, other) => other.score - one.score)
    .slice(0, rules.recall)
    .map(({ id }) => id)

/** The facts that make room when there are more than `most`: a few at once, so that it is not done with every new one. */
export const leastValuable = (
  traces: ReadonlyArray<Trace>,
  most: number,
  now: number,
  halfLifeDays: number
): ReadonlyArray<number> =>
  traces.length <= most
    ? []
    : traces
        .map((trace) => ({ id: trace.id, value: valueOf(trace, now, halfLifeDays) }))
        .toSorted((one, other) => one.value - other.value)
        .slice(0, traces.length - most + Math.floor(most / 50))
        .map(({ id }) => id)
