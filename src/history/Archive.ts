import { Context, Effect, Stream } from "effect"
import type { HistoryFailed, HistoryMessage } from "./History.ts"

/** A whole conversation, as it moves in or out. */
export interface Conversation {
  readonly confUid: string
  readonly uid: string
  /** What its file said of it beside its messages, such as when it began; undefined if it began here. It can be written as JSON. */
  readonly metadata: Metadata | undefined
  /** Oldest first. */
  readonly messages: ReadonlyArray<HistoryMessage>
}

export type Metadata = { readonly [key: string]: unknown }

/**
 * How a conversation that moves in stands to what is here: it is missing here, or the same, or has gone on here, or is
 * another one although it has the same character and uid; or what is here is its beginning.
 */
export type Standing = "missing" | "same" | "continued" | "different" | Behind

/** What is here lacks the last messages. */
export interface Behind {
  /** How many. */
  readonly lacking: number
}

/** All conversations of all characters, for moving them in and out. */
export class Archive extends Context.Tag("seiyuu/history/Archive")<
  Archive,
  {
    /** How each of them stands to what is here. */
    readonly compare: (
      conversations: ReadonlyArray<Conversation>
    ) => Effect.Effect<ReadonlyArray<Standing>, HistoryFailed>
    /**
     * Adds those that are missing, with the times of their messages, and what others lack, in one transaction, and leaves
     * the rest alone. Answers how each of them stood before.
     */
    readonly restore: (
      conversations: ReadonlyArray<Conversation>
    ) => Effect.Effect<ReadonlyArray<Standing>, HistoryFailed>
    /** The characters that have conversations with messages, by `conf_uid`, and how many. */
    readonly characters: Effect.Effect<
      ReadonlyArray<{ readonly confUid: string; readonly conversations: number }>,
      HistoryFailed
    >
    /** Every conversation with a message, of one character or of all; one is held at a time. */
    readonly conversations: (confUid: string | undefined) => Stream.Stream<Conversation, HistoryFailed>
  }
>() {}

/** The archive of a database that is not there yet. Nothing can be added to it. */
export const none = Archive.of({
  compare: (conversations) => Effect.succeed(conversations.map(() => "missing")),
  restore: () => Effect.dieMessage("there is no database"),
  characters: Effect.succeed([]),
  conversations: () => Stream.empty
})
