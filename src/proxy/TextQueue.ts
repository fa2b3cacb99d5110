import { Effect, Schema } from "effect"
import { english, say } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"
import type { Image } from "../protocol/ClientMessage.ts"

/** Texts that may wait for their turn. */
export const mostWaiting = 32

/** Whose text goes first: one that somebody has paid for is taken before the others. */
export type Priority = "usual" | "paid"

/** A text that waits for its turn. */
export interface Waiting {
  readonly text: string
  readonly images: ReadonlyArray<Image>
  readonly priority: Priority
  /** Who says it, as the client that sent it calls them. */
  readonly fromName?: string
  /** Whoever sent it, and need not be told of it. */
  readonly from: object | undefined
}

/** So many texts wait that no further one is taken. `words` are fit for a client. */
export class TextQueueFull extends Schema.TaggedError<TextQueueFull>()("TextQueueFull", {
  limit: Schema.Number
}) {
  get words(): Text {
    return say("session.textsWait", this.limit)
  }

  override get message(): string {
    return english(this.words)
  }
}

/** The texts of all who share a session, oldest first and paid ones before the others. At most `mostWaiting` of them. */
export interface TextQueue {
  readonly add: (text: Waiting) => Effect.Effect<void, TextQueueFull>
  /** Waits until there is a text. Only one fiber waits and takes. */
  readonly some: Effect.Effect<void>
  /** Waits until there is none. */
  readonly none: Effect.Effect<void>
  /** Waits until there is one of somebody who shares the session. */
  readonly someOfViewers: Effect.Effect<void>
  /** Takes the next text, or, while the group talks, the next one of somebody who shares the session. */
  readonly take: (groupTalks: boolean) => Waiting | undefined
  /** Has one that was taken in vain wait again, before all others of its kind. */
  readonly putBack: (text: Waiting) => void
}

const isOfViewer = ({ from }: Waiting) => from !== undefined

export const make: Effect.Effect<TextQueue> = Effect.gen(function* () {
  const filled = yield* Effect.makeLatch(false)
  const empty = yield* Effect.makeLatch(true)
  const waiting: Record<Priority, Array<Waiting>> = { paid: [], usual: [] }
  const ofViewers = yield* Effect.makeLatch(false)
  const all = () => [...waiting.paid, ...waiting.usual]
  const count = () => waiting.paid.length + waiting.usual.length
  const set = (latch: Effect.Latch, open: boolean) => (open ? latch.unsafeOpen() : latch.unsafeClose())
  const settle = () => {
    set(filled, count() > 0)
    set(empty, count() === 0)
    set(ofViewers, all().some(isOfViewer))
  }
  return {
    some: filled.await,
    none: empty.await,
    add: (text) =>
      Effect.suspend(() => {
        if (count() >= mostWaiting) return new TextQueueFull({ limit: mostWaiting })
        waiting[text.priority].push(text)
        settle()
        return Effect.void
      }),
    someOfViewers: ofViewers.await,
    take: (groupTalks) => {
      const next = all().find((text) => !groupTalks || isOfViewer(text))
      if (next === undefined) return undefined
      waiting[next.priority].splice(waiting[next.priority].indexOf(next), 1)
      settle()
      return next
    },
    putBack: (text) => {
      waiting[text.priority].unshift(text)
      settle()
    }
  }
})
