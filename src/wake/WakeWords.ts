import { Effect } from "effect"
import type { WakeWordConfig } from "../config/WakeWordConfig.ts"
import * as Misheard from "./Misheard.ts"
import * as Pinyin from "./Pinyin.ts"
import * as WakeText from "./WakeText.ts"
import type { Token } from "./WakeText.ts"

/** A word of the configuration, in the spelling that it has there. */
export interface Word {
  readonly word: string
  /** The language that it stands under, `any` included. */
  readonly language: string
}

/** A wake word in what was said. */
export interface Woken extends Word {
  /** What was said before and after it, without it; "" if nothing was. */
  readonly rest: string
}

/** The words of one character. Looking for them takes well below a millisecond. */
export interface WakeWords {
  /** The wake word in a transcript, if there is one in the right place. */
  readonly wake: (transcript: string) => Effect.Effect<Woken | undefined>
  /** What was said after the wake word, which may stand anywhere; undefined if it is not there. */
  readonly behind: (transcript: string) => Effect.Effect<string | undefined>
  /** The end word, if nothing else was said but perhaps a wake word. */
  readonly end: (transcript: string) => Effect.Effect<Word | undefined>
}

/** Only so much of an utterance is looked through, in characters: it takes time, and who talks for minutes has begun otherwise. */
const mostCharacters = 2000

/** A part of a pattern: some words in a row, compared by their letters, or one sign. */
type Part =
  | { readonly _tag: "Words"; readonly letters: string; readonly count: number; readonly most: number }
  | { readonly _tag: "Sign"; readonly text: string; readonly readings: ReadonlySet<string> }

interface Pattern extends Word {
  readonly parts: ReadonlyArray<Part>
}

/** Doubled letters are a matter of spelling, which no recogniser knows of a name. */
const letters = (tokens: ReadonlyArray<Token>): string =>
  tokens
    .map(({ text }) => text)
    .join("")
    .replace(/(\p{Letter})\1+/gu, "$1")

/** Languages in which Chinese characters are not read as in Chinese. */
const notChinese = ["ja", "ko", "vi"]

/** Words by language, in the order of the file. */
export const listed = (words: WakeWordConfig["wake_words"]): ReadonlyArray<Word> =>
  Object.entries(words).flatMap(([language, list]) => list.map((word) => ({ word, language })))

const hasHan = ({ end_words, wake_words }: WakeWordConfig) =>
  [...listed(wake_words), ...listed(end_words)].some(({ word }) => WakeText.isHan(word))

/** The words that a character waits for; undefined for one that waits for none. */
export const of = (config: WakeWordConfig): WakeWords | undefined =>
  config.enabled && listed(config.wake_words).length > 0 ? make(config) : undefined

/** Takes no time but for the first character with Chinese words, which loads a library when it is first spoken to. */
export const make = (config: WakeWordConfig): WakeWords => {
  let made: Compiled | undefined
  const compiled = Effect.suspend(() => {
    if (made !== undefined) return Effect.succeed(made)
    const reading = hasHan(config)
      ? Effect.map(Pinyin.load, ({ readings }) => readings)
      : Effect.succeed(unread)
    return Effect.map(reading, (readings) => (made = compile(config, readings)))
  })
  return {
    wake: (transcript) =>
      Effect.map(compiled, ({ wake }) => wake(transcript.slice(0, mostCharacters), transcript)),
    behind: (transcript) =>
      Effect.map(compiled, ({ behind }) => behind(transcript.slice(0, mostCharacters), transcript)),
    end: (transcript) =>
      Effect.map(compiled, ({ end }) => (transcript.length > mostCharacters ? undefined : end(transcript)))
  }
}

interface Compiled {
  readonly wake: (looked: string, transcript: string) => Woken | undefined
  readonly behind: (looked: string, transcript: string) => string | undefined
  readonly end: (transcript: string) => Word | undefined
}

const unread = (): ReadonlyArray<string> => []

const compile = (
  config: WakeWordConfig,
  readings: (character: string) => ReadonlyArray<string>
): Compiled => {
  const spoken = (syllable: string) => (config.fuzzy_pinyin ? Pinyin.blur(syllable) : syllable)
  const read = new Map<string, ReadonlySet<string>>()
  const readingsOf = (character: string): ReadonlySet<string> => {
    const known = read.get(character)
    if (known !== undefined) return known
    const found = new Set(WakeText.isHan(character) ? readings(character).map(spoken) : [])
    // Not more than there are characters in use.
    if (read.size < 10_000) read.set(character, found)
    return found
  }

  const partsOf = (tokens: ReadonlyArray<Token>, language: string): ReadonlyArray<Part> => {
    const parts: Array<Part> = []
    for (let at = 0; at < tokens.length;) {
      const token = tokens[at]!
      if (token.isSign) {
        const readAs = notChinese.includes(language.slice(0, 2)) ? new Set<string>() : readingsOf(token.text)
        parts.push({ _tag: "Sign", text: token.text, readings: readAs })
        at++
        continue
      }
      let end = at
      while (end < tokens.length && !tokens[end]!.isSign) end++
      const whole = letters(tokens.slice(at, end))
      const most = whole.length < 5 ? 0 : Math.floor(whole.length * config.tolerance)
      parts.push({ _tag: "Words", letters: whole, count: end - at, most })
      at = end
    }
    return parts
  }

  const patternsOf = (words: WakeWordConfig["wake_words"]): ReadonlyArray<Pattern> =>
    listed(words)
      .map((word) => ({ ...word, parts: partsOf(WakeText.split(word.word), word.language) }))
      .filter(({ parts }) => parts.length > 0)

  const isSame = (part: Extract<Part, { _tag: "Sign" }>, token: Token): boolean => {
    if (!token.isSign) return false
    if (token.text === part.text) return true
    for (const reading of part.readings) if (readingsOf(token.text).has(reading)) return true
    return false
  }

  /** Where the pattern ends that begins at token `at`; undefined if it does not. */
  const endOf = ({ parts }: Pattern, tokens: ReadonlyArray<Token>, at: number): Ended | undefined => {
    let found: Ended = { end: at, edits: 0 }
    for (const part of parts) {
      const { end, edits } = found
      if (part._tag === "Words") {
        const next = wordsEnd(part, tokens, end)
        if (next === undefined) return undefined
        found = { end: next.end, edits: edits + next.edits }
      } else {
        if (end >= tokens.length || !isSame(part, tokens[end]!)) return undefined
        found = { end: end + 1, edits }
      }
    }
    return found
  }

  const wakePatterns = patternsOf(config.wake_words)
  const endPatterns = patternsOf(config.end_words)

  /** Of the wake words that begin at `at` the one that was said most exactly, and of those the longest. */
  const wakeAt = (tokens: ReadonlyArray<Token>, at: number): Found | undefined => {
    let best: Found | undefined
    for (const pattern of wakePatterns) {
      const ended = endOf(pattern, tokens, at)
      if (ended === undefined) continue
      if (
        best === undefined ||
        ended.edits < best.edits ||
        (ended.edits === best.edits && ended.end > best.end)
      )
        best = { ...ended, pattern, at }
    }
    return best
  }

  /** The wake word that was said most exactly, and of those the first. */
  const find = (tokens: ReadonlyArray<Token>, starts: number): Found | undefined => {
    let best: Found | undefined
    for (let at = 0; at < Math.min(starts, tokens.length) && best?.edits !== 0; at++) {
      const found = wakeAt(tokens, at)
      if (found !== undefined && (best === undefined || found.edits < best.edits)) best = found
    }
    return best
  }

  const wake = (looked: string, transcript: string): Woken | undefined => {
    const tokens = WakeText.split(looked)
    const found = find(tokens, config.position === "beginning" ? 1 : tokens.length)
    if (found === undefined) return undefined
    const { language, word } = found.pattern
    const rest = WakeText.without(transcript, tokens[found.at]!.start, tokens[found.end - 1]!.end)
    return { word, language, rest }
  }

  const behind = (looked: string, transcript: string): string | undefined => {
    const tokens = WakeText.split(looked)
    const found = find(tokens, tokens.length)
    return found === undefined ? undefined : WakeText.after(transcript, tokens[found.end - 1]!.end)
  }

  const end = (transcript: string): Word | undefined => {
    const tokens = WakeText.split(transcript)
    const called = wakeAt(tokens, 0)?.end
    for (const at of called === undefined ? [0] : [0, called]) {
      for (const pattern of endPatterns) {
        const ended = endOf(pattern, tokens, at)?.end
        if (ended === undefined) continue
        const { language, word } = pattern
        if (ended === tokens.length || wakeAt(tokens, ended)?.end === tokens.length) return { word, language }
      }
    }
    return undefined
  }
  return { wake, behind, end }
}

/** Where a pattern ends, and how badly it was heard. */
interface Ended {
  readonly end: number
  readonly edits: number
}

/** A pattern, and where it begins. */
interface Found extends Ended {
  readonly pattern: Pattern
  readonly at: number
}

/**
 * Recognisers divide words as they like ("Ha na"), so one word less than the pattern has and one more are tried too. Those
 * have to be exact: a neighbour that is taken in could make the word of another one.
 */
const wordsEnd = (
  { count, letters: wanted, most }: Extract<Part, { _tag: "Words" }>,
  tokens: ReadonlyArray<Token>,
  at: number
): Ended | undefined => {
  let best: Ended | undefined
  for (const size of [count, count + 1, count - 1]) {
    const taken = tokens.slice(at, at + size)
    if (size < 1 || taken.length < size || taken.some(({ isSign }) => isSign)) continue
    const edits = Misheard.edits(letters(taken), wanted, size === count ? most : 0)
    if (edits !== undefined && (best === undefined || edits < best.edits)) best = { end: at + size, edits }
  }
  return best
}
