import { Effect } from "effect"
import { randomUUID } from "node:crypto"
import { interruptedMark } from "../history/History.ts"
import type { ChatMessage } from "../llm/Llm.ts"
import type { Tokens } from "./Tokens.ts"

/** Tokens that a provider adds to a message; generous. */
const perMessage = 4
/** Shares of the limit. Above `full` the older half is summarised; what is cut without a summary leaves `cut`. */
const share = { full: 3 / 4, half: 3 / 8, cut: 1 / 2, message: 1 / 2, summary: 1 / 8 }

/** What an agent is given of what has been said, as it is at one moment. */
export interface Remembered {
  /** Identifies what is remembered: another one after each reset. */
  readonly conversation: string
  /** Oldest first, beginning with the person's word. */
  readonly messages: ReadonlyArray<ChatMessage>
  /** What came before them, in short. */
  readonly summary?: string
}

/** What a summary is to take over. */
export interface Older {
  readonly conversation: string
  /** Oldest first. */
  readonly messages: ReadonlyArray<ChatMessage>
  /** What came before them, in short. */
  readonly summary: string | undefined
  /** The place of the last of these messages among all that were ever added. */
  readonly last: number
}

/**
 * A session's memory of its conversation, bounded in tokens. It belongs to one session and is never shared. Messages go
 * many at once and rarely, not one with every turn: providers and engines reuse what begins as it did before.
 */
export interface Memory {
  readonly remembered: Effect.Effect<Remembered>
  /** Answers the message as it is kept: a very long one is cut. */
  readonly add: (message: ChatMessage) => Effect.Effect<ChatMessage>
  /** Takes one message out again, known by identity. */
  readonly remove: (message: ChatMessage) => Effect.Effect<void>
  /** Forgets everything and remembers `messages` instead. */
  readonly reset: (messages: ReadonlyArray<ChatMessage>) => Effect.Effect<void>
  /** What should be summarised now, if anything. */
  readonly older: Effect.Effect<Older | undefined>
  /** Puts a summary in the place of these messages, unless something else is remembered by now. */
  readonly summarised: (older: Older, summary: string) => Effect.Effect<void>
}

interface Entry {
  readonly place: number
  readonly message: ChatMessage
  readonly tokens: number
}

/** `limit`: tokens that all of it may take, as the character of the moment has it. */
export const make = (limit: Effect.Effect<number>, tokens: Tokens["Type"]): Memory => {
  let conversation = randomUUID()
  let summary: { readonly text: string; readonly tokens: number } | undefined
  let kept: ReadonlyArray<Entry> = []
  /** What had to be cut and is in no summary yet. */
  let left: ReadonlyArray<Entry> = []
  let places = 0

  const size = () => sum(kept) + (summary?.tokens ?? 0)

  const entryOf = (message: ChatMessage, most: number): Entry => {
    const measured = tokens.measure(message.text, most * share.message)
    const missing = message.text.length - measured.length
    return {
      place: ++places,
      message:
        missing === 0
          ? message
          : {
              ...message,
              text: `${message.text.slice(0, measured.length)}\n[${missing} more characters are left out.]`
            },
      tokens: measured.tokens + perMessage
    }
  }

  /** Cuts the oldest messages when they do not fit; the latest of them may still be summarised. */
  const fit = (most: number): void => {
    if (size() > most) {
      const from = startWithin(kept, most * share.cut)
      left = [...left, ...kept.slice(0, from)]
      left = left.slice(startWithin(left, most * share.cut))
      kept = kept.slice(from)
    }
    kept = withoutOldPictures(kept)
  }

  const memory: Memory = {
    remembered: Effect.sync(() => ({
      conversation,
      messages: kept.map(({ message }) => message),
      ...(summary === undefined ? {} : { summary: summary.text })
    })),
    add: (message) =>
      Effect.map(limit, (most) => {
        const entry = entryOf(message, most)
        kept = [...kept, entry]
        fit(most)
        return entry.message
      }),
    remove: (message) => Effect.sync(() => (kept = kept.filter((entry) => entry.message !== message))),
    reset: (messages) =>
      Effect.map(limit, (most) => {
        conversation = randomUUID()
        summary = undefined
        left = []
        kept = latest(messages, (message) => entryOf(message, most), most * (1 + share.cut))
        fit(most)
      }),
    older: Effect.map(limit, (most) => {
      const from = size() > most * share.full ? startWithin(kept, most * share.half) : 0
      const entries = [...left, ...kept.slice(0, from)]
      const last = entries.at(-1)
      return last === undefined
        ? undefined
        : {
            conversation,
            messages: entries.map(({ message }) => message),
            summary: summary?.text,
            last: last.place
          }
    }),
    summarised: (older, text) =>
      Effect.map(limit, (most) => {
        if (older.conversation !== conversation) return
        const measured = tokens.measure(text, most * share.summary)
        summary = { text: text.slice(0, measured.length), tokens: measured.tokens }
        kept = kept.filter(({ place }) => place > older.last)
        left = left.filter(({ place }) => place > older.last)
      })
  }
  return memory
}

const sum = (entries: ReadonlyArray<Entry>): number =>
  entries.reduce((total, { tokens }) => total + tokens, 0)

/** Where the entries begin that fit into the budget, the last one always; with the person's word, if there is one. */
const startWithin = (entries: ReadonlyArray<Entry>, budget: number): number => {
  let from = entries.length
  let rest = 0
  while (from > 0 && (from === entries.length || rest + entries[from - 1]!.tokens <= budget))
    rest += entries[--from]!.tokens
  if (from === 0) return 0
  const asked = entries.findIndex(
    ({ message }, index) => index >= from && message.role === "user" && message.text !== interruptedMark
  )
  return asked === -1 ? from : asked
}

/** The latest messages, up to `most` tokens: a conversation of years is not counted from its beginning. */
const latest = (
  messages: ReadonlyArray<ChatMessage>,
  entryOf: (message: ChatMessage) => Entry,
  most: number
): ReadonlyArray<Entry> => {
  const entries: Array<Entry> = []
  let total = 0
  for (let index = messages.length - 1; index >= 0 && total <= most; index--) {
    const entry = entryOf(messages[index]!)
    total += entry.tokens
    entries.unshift(entry)
  }
  // They were counted backwards.
  const first = Math.min(...entries.map(({ place }) => place))
  return entries.map((entry, index) => ({ ...entry, place: first + index }))
}

/** Pictures are large and stay in the latest messages only. */
const withoutOldPictures = (entries: ReadonlyArray<Entry>): ReadonlyArray<Entry> =>
  entries.map((entry, index) =>
    entry.message.images === undefined || index >= entries.length - 2
      ? entry
      : { ...entry, message: { role: entry.message.role, text: entry.message.text } }
  )
