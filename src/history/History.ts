import { Context, Schema } from "effect"
import type { Effect } from "effect"
import * as Unreachable from "./Unreachable.ts"
import { english, say, Words } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

export const Role = Schema.Literal("human", "ai", "system")
export type Role = typeof Role.Type

/** One message as the protocol shows it. */
export interface HistoryMessage {
  readonly role: Role
  /** ISO-8601 local time, to the second, such as `2026-11-24T07:05:58`. */
  readonly timestamp: string
  readonly content: string
  readonly name?: string
  readonly avatar?: string
}

export interface HistorySummary {
  readonly uid: string
  /** The latest `human` or `ai` message. */
  readonly latest_message: HistoryMessage
  /** That message's time. */
  readonly timestamp: string
  /** What the person calls it, if they have named it. */
  readonly title?: string
}

/** A message in which something was found. */
export interface HistoryMatch {
  readonly uid: string
  readonly title?: string
  readonly role: "human" | "ai"
  readonly timestamp: string
  readonly name?: string
  /** The part of the message around what was found. */
  readonly excerpt: string
}

/** Part of something longer. */
export interface Page<A> {
  readonly items: ReadonlyArray<A>
  /** Whether there is more of it. */
  readonly more: boolean
}

/** Part of the messages of a conversation that are shown, those of `human` and `ai`, oldest first. */
export interface ShownMessages {
  readonly messages: ReadonlyArray<HistoryMessage>
  /** The place of the first of them among all that are shown, from 0. */
  readonly first: number
}

/** `uid` names no history of this character. */
export class HistoryNotFound extends Schema.TaggedError<HistoryNotFound>()("HistoryNotFound", {
  uid: Schema.String
}) {
  get words(): Text {
    return say("history.notFound", JSON.stringify(this.uid.slice(0, 100)))
  }

  override get message(): string {
    return english(this.words)
  }
}

/** The database did not do its work. */
export class HistoryFailed extends Schema.TaggedError<HistoryFailed>()("HistoryFailed", {
  /** What was being done, such as `history.listConversations`. */
  action: Words,
  cause: Schema.Defect
}) {
  get words(): Text {
    return say(Unreachable.is(this.cause) ? "history.unreachable" : "history.failed", this.action)
  }

  override get message(): string {
    return english(this.words)
  }
}

/** What to store of a message; the time is the store's. */
export interface NewMessage {
  readonly role: Role
  readonly content: string
  readonly name?: string
  readonly avatar?: string
}

/**
 * Conversations, kept per character (`conf_uid`). Every write is durable when its effect succeeds: it
 * survives the death of the process right after.
 */
export class History extends Context.Tag("seiyuu/history/History")<
  History,
  {
    /** Newest first, only those with a `human` or `ai` message. */
    readonly list: (confUid: string) => Effect.Effect<ReadonlyArray<HistorySummary>, HistoryFailed>
    /** The first `limit` of that list, or of those that come after the history `before` in it. */
    readonly page: (
      confUid: string,
      options: { readonly limit: number; readonly before: string | undefined }
    ) => Effect.Effect<Page<HistorySummary>, HistoryFailed | HistoryNotFound>
    /**
     * The newest `limit` messages in which all words of `text` occur, whatever their case, also as parts of words. The
     * text is nothing but words, whatever is in it.
     */
    readonly search: (
      confUid: string,
      text: string,
      limit: number
    ) => Effect.Effect<Page<HistoryMatch>, HistoryFailed>
    /** Gives a history a title, or none if it is empty. Answers whether there was such a history. */
    readonly rename: (confUid: string, uid: string, title: string) => Effect.Effect<boolean, HistoryFailed>
    /** Creates an empty history and answers its uid, `YYYY-MM-DD_HH-MM-SS_<32 hex>`. */
    readonly create: (confUid: string) => Effect.Effect<string, HistoryFailed>
    /** All messages, oldest first, `system` ones included. */
    readonly messages: (
      confUid: string,
      uid: string
    ) => Effect.Effect<ReadonlyArray<HistoryMessage>, HistoryFailed | HistoryNotFound>
    /** The `limit` shown messages that come before the place `before`, or the latest ones if there is no such place. */
    readonly shown: (
      confUid: string,
      uid: string,
      options: { readonly before: number; readonly limit: number }
    ) => Effect.Effect<ShownMessages, HistoryFailed | HistoryNotFound>
    /** Fails unless there is such a history, and reads nothing of it. */
    readonly check: (confUid: string, uid: string) => Effect.Effect<void, HistoryFailed | HistoryNotFound>
    /** Answers whether there was such a history. */
    readonly remove: (confUid: string, uid: string) => Effect.Effect<boolean, HistoryFailed>
    /** Adds messages in order, in one transaction, and answers their ids. */
    readonly append: (
      confUid: string,
      uid: string,
      messages: ReadonlyArray<NewMessage>
    ) => Effect.Effect<ReadonlyArray<number>, HistoryFailed | HistoryNotFound>
    /**
     * Records that a turn was interrupted, in one transaction: message `id` (what was to be said, if it has been
     * stored) is replaced by what was heard, or goes if that is empty; then comes the `system` mark.
     */
    readonly interrupt: (
      confUid: string,
      uid: string,
      options: { readonly id: number | undefined; readonly heard: NewMessage | undefined }
    ) => Effect.Effect<void, HistoryFailed | HistoryNotFound>
    /** Forgets a history that has no message; does nothing to others. */
    readonly discardIfEmpty: (confUid: string, uid: string) => Effect.Effect<void, HistoryFailed>
  }
>() {}

/** What both the history and the agent's memory say where a turn was cut off. */
export const interruptedMark = "[Interrupted by user]"
