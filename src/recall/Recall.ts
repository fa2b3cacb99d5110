import { Clock, Duration, Effect } from "effect"
import type { Context } from "effect"
import type { LongTermMemoryConfig } from "../config/AgentConfig.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import type { Facts, Owner, Trace } from "../history/Facts.ts"
import type { Embedder } from "./Embedder.ts"
import * as Ranking from "./Ranking.ts"

/** The facts of one character about one person, and how they are looked through. */
export interface Keeper {
  readonly facts: Context.Tag.Service<typeof Facts>
  readonly embedder: Effect.Effect<Embedder, EngineUnavailable>
  readonly owner: Owner
  /** Of the owner's facts, as the turn began. */
  readonly generation: number
  readonly rules: LongTermMemoryConfig
}

/** A turn goes on without what has not come to mind by then. */
const patience = Duration.millis(300)
/** Edited texts whose meaning is looked up in one go. */
const mostEdited = 100

/** A letter or digit of a script that puts spaces between words: next to a name it makes another word of it. */
const adjoining =
  "[[\\p{L}\\p{M}\\p{N}]--[\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Thai}\\p{scx=Laoo}\\p{scx=Khmr}\\p{scx=Mymr}]]"

/** The name as a word of its own: "Al", but not in "Also". */
const wordOf = (name: string): RegExp => {
  const literal = name.replace(/[\\^$.*+?()[\]{}|]/gu, "\\$&")
  return new RegExp(`(?<!${adjoining})${literal}(?!${adjoining})`, "gv")
}

/** What texts mean, apart from the person's name: nearly every fact has that in common with the others. */
export const meanings = Effect.fnUntraced(function* (
  { embedder, owner }: Keeper,
  texts: ReadonlyArray<string>
) {
  const { embed } = yield* embedder
  const name = wordOf(owner.person)
  return yield* embed(texts.map((text) => text.replace(name, "")))
})

/** Everything that is known, with its meaning. */
export const traces = Effect.fn("Recall.traces")(function* (keeper: Keeper) {
  const { facts, owner } = keeper
  const found = yield* facts.traces(owner)
  const bare = found.filter(({ embedding }) => embedding === undefined).slice(0, mostEdited)
  if (bare.length === 0) return found
  const edited = yield* facts.get(
    owner,
    bare.map(({ id }) => id)
  )
  const vectors = yield* meanings(
    keeper,
    edited.map(({ text }) => text)
  )
  const learnt = new Map(edited.map(({ id }, index) => [id, vectors[index]!]))
  yield* Effect.forEach(learnt, ([id, embedding]) => facts.embed(owner, id, embedding), { discard: true })
  return found.map((trace): Trace => ({ ...trace, embedding: trace.embedding ?? learnt.get(trace.id) }))
})

/** What is known of the person that may matter to what they say now: a sentence each, what fits best first. */
export const recall = Effect.fn("Recall.recall")(
  function* (keeper: Keeper, text: string) {
    const { facts, owner, rules } = keeper
    const known = yield* traces(keeper)
    if (known.length === 0) return []
    const [meaning] = yield* meanings(keeper, [text])
    const ids = Ranking.choose(known, meaning!, rules, yield* Clock.currentTimeMillis)
    const chosen = yield* facts.get(owner, ids)
    yield* facts.use(owner, ids)
    return chosen
      .toSorted((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id))
      .map((fact) => fact.text)
  },
  Effect.timeoutTo({ duration: patience, onTimeout: (): Array<string> => [], onSuccess: (texts) => texts }),
  // The warm-up has told what is wrong with the embedder, and the log what is with the database.
  Effect.catchAll((failure) =>
    Effect.as(Effect.logWarning(`Nothing was recalled: ${failure.message}`), [] as ReadonlyArray<string>)
  ),
  // A mistake of ours in here is no reason to leave the person without an answer.
  Effect.catchAllDefect((defect) =>
    Effect.as(Effect.logError("recalling died", defect), [] as ReadonlyArray<string>)
  )
)
