import { Effect } from "effect"
import * as Pinyin from "./Pinyin.ts"
import * as WakeText from "./WakeText.ts"

/** How a model writes words. */
export interface Vocabulary {
  /** `tokens.txt`: a token and its number in each line. */
  readonly numbers: ReadonlyMap<string, number>
}

/** Where a word begins, in tokens that are pieces of words. */
const wordStart = "▁"

export const read = (text: string): Vocabulary => ({
  numbers: new Map(
    text.split("\n").flatMap((line) => {
      const [, token, number] = /^(\S+)\s+(\d+)\s*$/u.exec(line) ?? []
      return token === undefined ? [] : [[token, Number(number)] as const]
    })
  )
})

/**
 * The pieces of a word, as byte-pair encoding makes them: of all neighbours that a token joins, those of the lowest number
 * are joined first, since the numbers are the order in which the pieces were learnt.
 */
const pieces = ({ numbers }: Vocabulary, word: string): ReadonlyArray<string> | undefined => {
  // Some models know whole words.
  if (numbers.has(wordStart + word)) return [wordStart + word]
  let parts: ReadonlyArray<string> = [...(wordStart + word)]
  for (;;) {
    let best: { readonly at: number; readonly number: number } | undefined
    for (let at = 0; at + 1 < parts.length; at++) {
      const number = numbers.get(parts[at]! + parts[at + 1]!)
      if (number !== undefined && (best === undefined || number < best.number)) best = { at, number }
    }
    if (best === undefined) break
    const { at } = best
    parts = [...parts.slice(0, at), parts[at]! + parts[at + 1]!, ...parts.slice(at + 2)]
  }
  return parts.every((part) => numbers.has(part)) ? parts : undefined
}

/** English models know one case. */
const inCase = (vocabulary: Vocabulary, words: ReadonlyArray<string>) => {
  for (const cased of [
    words.map((word) => word.toUpperCase()),
    words.map((word) => word.toLowerCase()),
    words
  ]) {
    const found = cased.map((word) => pieces(vocabulary, word))
    if (found.every((part) => part !== undefined)) return found.flat()
  }
  return undefined
}

/** Chinese by its characters, if the model has them, or by the halves of its syllables. */
const inSyllables = ({ numbers }: Vocabulary, word: string, pinyin: Pinyin.Pinyin) => {
  const characters = [...word].filter((character) => WakeText.isHan(character))
  if (characters.every((character) => numbers.has(character))) return characters
  const halves = pinyin
    .syllables(word)
    .flatMap(({ final, initial }) => [initial, final].filter((half) => half !== ""))
  return halves.length > 0 && halves.every((half) => numbers.has(half)) ? halves : undefined
}

/** A word in a model's tokens; undefined if it has none for it. */
export const of = (
  vocabulary: Vocabulary,
  word: string
): Effect.Effect<ReadonlyArray<string> | undefined> => {
  const tokens = WakeText.split(word)
  if (tokens.length === 0) return Effect.succeed(undefined)
  if (tokens.every(({ text }) => WakeText.isHan(text)))
    return Effect.map(Pinyin.load, (pinyin) => inSyllables(vocabulary, word, pinyin))
  const words = word
    .normalize("NFKC")
    .split(/[^\p{Letter}\p{Number}\p{Mark}']+/u)
    .filter((part) => part !== "")
  return Effect.sync(() => inCase(vocabulary, words))
}
