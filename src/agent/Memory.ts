import { Effect, Ref } from "effect"
import { randomUUID } from "node:crypto"
import type { ChatMessage } from "../llm/Llm.ts"

/** How much an agent is given of what has been said: the latest messages, at most this many characters. */
const limit = 24_000

/** A session's memory of its conversation. It belongs to one session and is never shared. */
export interface Memory {
  /** Identifies what is remembered: another one after each reset. */
  readonly conversation: Effect.Effect<string>
  /** Oldest first, bounded. */
  readonly messages: Effect.Effect<ReadonlyArray<ChatMessage>>
  readonly add: (message: ChatMessage) => Effect.Effect<void>
  /** Takes one message out again, known by identity. */
  readonly remove: (message: ChatMessage) => Effect.Effect<void>
  /** Forgets everything and remembers `messages` instead. */
  readonly reset: (messages: ReadonlyArray<ChatMessage>) => Effect.Effect<void>
}

export const make: Effect.Effect<Memory> = Effect.gen(function* () {
  const kept = yield* Ref.make<ReadonlyArray<ChatMessage>>([])
  const conversation = yield* Ref.make(randomUUID())
  const memory: Memory = {
    conversation: Ref.get(conversation),
    messages: Ref.get(kept),
    add: (message) => Ref.update(kept, (messages) => bounded([...messages, message])),
    remove: (message) => Ref.update(kept, (messages) => messages.filter((other) => other !== message)),
    reset: (messages) =>
      Effect.zipRight(Ref.set(conversation, randomUUID()), Ref.set(kept, bounded(messages)))
  }
  return memory
})

/** Keeps the latest messages whose texts fit into the limit, the last one always; pictures stay in the latest only. */
const bounded = (messages: ReadonlyArray<ChatMessage>): ReadonlyArray<ChatMessage> => {
  let from = messages.length - 1
  let length = messages.at(-1)?.text.length ?? 0
  while (from > 0) {
    length += messages[from - 1]!.text.length
    if (length > limit) break
    from--
  }
  return messages
    .slice(Math.max(from, 0))
    .map((message, index, all) =>
      message.images === undefined || index >= all.length - 2
        ? message
        : { role: message.role, text: message.text }
    )
}
