import type { LiveChatConfig } from "../config/LiveConfig.ts"
import type { ChatMessage } from "./ChatMessage.ts"
import * as PlainText from "./PlainText.ts"
import * as Recent from "./Recent.ts"

/** Why a message does not reach the character. */
export type Refusal = "seen" | "empty" | "blocked" | "repeated" | "too-soon"

export type Verdict =
  | { readonly _tag: "Passed"; readonly name: string; readonly text: string }
  | { readonly _tag: "Refused"; readonly why: Refusal }

/** Decides what of a live chat is fit for the character. `now`: ms. */
export interface Sieve {
  readonly judge: (message: ChatMessage, now: number) => Verdict
  /** Has it known, and judged never. */
  readonly skip: (message: ChatMessage, now: number) => void
}

/** How many messages, and how many people, are remembered. */
const most = { messages: 5000, people: 5000 }

/** Longest name, in characters. */
const longestName = 40

export const make = (config: LiveChatConfig): Sieve => {
  const ids = Recent.make(most.messages)
  const texts = Recent.make(most.messages)
  const people = Recent.make(most.people)
  const isBlocked = PlainText.finder(config.block_words)

  const isWithin = (since: number | undefined, seconds: number, now: number) =>
    since !== undefined && now - since < seconds * 1000
  const keyOf = ({ id, platform }: ChatMessage) => `${platform} ${id}`
  const refused = (why: Refusal): Verdict => ({ _tag: "Refused", why })

  return {
    skip: (message, now) => {
      if (message.id !== "") ids.see(keyOf(message), now)
    },
    judge: (message, now) => {
      if (message.id !== "") {
        const known = ids.at(keyOf(message)) !== undefined
        ids.see(keyOf(message), now)
        if (known) return refused("seen")
      }
      const text = PlainText.cut(PlainText.clean(message.text), config.most_characters)
      if (text === "") return refused("empty")
      const name = PlainText.cut(PlainText.clean(message.sender.name), longestName)
      if (isBlocked(message.text) || isBlocked(name)) return refused("blocked")
      const person = `${message.platform} ${message.sender.id}`
      const said = `${person} ${text}`
      // What was paid for twice was meant twice.
      if (!message.paid) {
        // A text that was refused because it came too soon has not been said: it may come again.
        if (isWithin(people.at(person), config.person_seconds, now)) return refused("too-soon")
        const before = texts.at(said)
        texts.see(said, now)
        if (isWithin(before, config.repeat_seconds, now)) return refused("repeated")
      }
      people.see(person, now)
      return { _tag: "Passed", name, text }
    }
  }
}
