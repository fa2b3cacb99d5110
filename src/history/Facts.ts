import { Context } from "effect"
import type { Effect } from "effect"
import type { HistoryFailed } from "./History.ts"

/** Whose facts: those that one character knows of one person, or of everybody. */
export interface Whose {
  readonly confUid: string
  readonly person?: string
}

/** One character and one person: what is learnt in one such pair is never known in another. */
export interface Owner {
  readonly confUid: string
  readonly person: string
}

/** What a character has learnt of a person, one sentence. Times are in ms since 1970. */
export interface Fact {
  readonly id: number
  readonly person: string
  readonly text: string
  /** 1, hardly matters, to 10, must never be forgotten. */
  readonly importance: number
  readonly created: number
  readonly updated: number
}

/** What a fact is found and judged by. */
export interface Trace {
  readonly id: number
  readonly importance: number
  /** When it was learnt, changed or recalled last, in ms since 1970. */
  readonly used: number
  /** Its meaning; absent after its text was edited. */
  readonly embedding: Int8Array | undefined
}

export interface NewFact {
  readonly text: string
  readonly importance: number
  readonly embedding: Int8Array
}

/** What to change of a fact. A new text without its `embedding` gets one when facts are looked through next. */
export interface Change {
  readonly text?: string
  readonly importance?: number
  readonly embedding?: Int8Array
}

/** Facts about people, kept across conversations in the same database. Times are those of the clock. */
export class Facts extends Context.Tag("seiyuu/history/Facts")<
  Facts,
  {
    /** Oldest first. */
    readonly list: (whose: Whose) => Effect.Effect<ReadonlyArray<Fact>, HistoryFailed>
    readonly traces: (owner: Owner) => Effect.Effect<ReadonlyArray<Trace>, HistoryFailed>
    /** The facts of these ids, in no particular order. */
    readonly get: (
      whose: Whose,
      ids: ReadonlyArray<number>
    ) => Effect.Effect<ReadonlyArray<Fact>, HistoryFailed>
    /** Answers its id. */
    readonly add: (owner: Owner, fact: NewFact) => Effect.Effect<number, HistoryFailed>
    /** Answers whether there was such a fact. */
    readonly edit: (whose: Whose, id: number, change: Change) => Effect.Effect<boolean, HistoryFailed>
    /** The same, asked for by the person: what is being learnt of them was shown the old text, and must not overwrite it. */
    readonly correct: (owner: Owner, id: number, change: Change) => Effect.Effect<boolean, HistoryFailed>
    /** Keeps the meaning of a text that has none yet. */
    readonly embed: (owner: Owner, id: number, embedding: Int8Array) => Effect.Effect<void, HistoryFailed>
    /** These facts have been of use now. */
    readonly use: (owner: Owner, ids: ReadonlyArray<number>) => Effect.Effect<void, HistoryFailed>
    /** Deletes them, without a trace in the file, and answers how many there were. */
    readonly remove: (
      whose: Whose,
      ids: ReadonlyArray<number> | "all"
    ) => Effect.Effect<number, HistoryFailed>
    /** The same, asked for by the person: what is being learnt of them, in whatever session, must not bring it back. */
    readonly forget: (
      owner: Owner,
      ids: ReadonlyArray<number> | "all"
    ) => Effect.Effect<number, HistoryFailed>
    /** Another number once the person has had facts deleted or changed: what was said before is not to be learnt any more. */
    readonly generation: (owner: Owner) => number
  }
>() {}
