import { Context, Effect, Layer } from "effect"

/** Characters that are counted in one go: the time for a text without a space in it grows with the square of its length. */
const piece = 100

/** How much of a text fits. */
export interface Measure {
  /** Tokens of what fits. */
  readonly tokens: number
  /** Characters that fit. */
  readonly length: number
}

/**
 * Counts tokens as the models of OpenAI do, which is near enough to the others. Pieces are counted one by one, so a text
 * counts for a few tokens in a hundred more than it has.
 */
export class Tokens extends Context.Tag("seiyuu/agent/Tokens")<
  Tokens,
  {
    /** Counts a text from its beginning, up to `most` tokens: what comes behind costs nothing. */
    readonly measure: (text: string, most: number) => Measure
  }
>() {
  /** The encoding takes some hundred milliseconds to load: once, before anybody waits. */
  static readonly layer = Layer.effect(
    Tokens,
    Effect.map(
      Effect.promise(() => import("gpt-tokenizer/encoding/o200k_base")),
      ({ countTokens }) => ({
        measure: (text, most) => {
          let tokens = 0
          let length = 0
          while (length < text.length) {
            const next = text.slice(length, endOf(text, length + piece))
            // What looks like a control token is a text like any other.
            const more = countTokens(next, { disallowedSpecial: new Set() })
            if (tokens + more > most) break
            tokens += more
            length += next.length
          }
          return { tokens, length }
        }
      })
    )
  )
}

/** Not between the halves of a character that takes two places. */
const endOf = (text: string, end: number): number => {
  const last = text.charCodeAt(end - 1)
  return last >= 0xd800 && last <= 0xdbff ? end + 1 : end
}
