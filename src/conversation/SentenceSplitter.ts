import { segment } from "sentencex"

/** Longest sentence in characters; a text without any full stop is cut at white space before it. */
const longest = 600

/** A first sentence cut at a comma has at least this many characters: shorter ones sound chopped. */
const shortestFirstPart = 8

export interface Options {
  /** Language of the text (ISO 639-1); decides what is an abbreviation. */
  readonly language: string
  /** Cuts the first sentence at its first comma, so that speech starts sooner. */
  readonly fasterFirst: boolean
}

export interface SentenceSplitter {
  /** Takes the next chunk and answers the sentences that it completed. */
  readonly push: (chunk: string) => ReadonlyArray<string>
  /** The text has ended: answers what is left. */
  readonly flush: () => ReadonlyArray<string>
}

/**
 * Splits a text that arrives in chunks into sentences. All sentences joined are the text itself, white space
 * included (a lone surrogate becomes U+FFFD). A sentence is complete when the next one has begun: only then is it
 * certain that "Dr." or "3." was no end.
 */
export const make = ({ fasterFirst, language }: Options): SentenceSplitter => {
  let buffer = ""
  let surrogate = ""
  let first = true

  const take = (sentence: string): string => {
    buffer = buffer.slice(sentence.length)
    first = false
    return sentence
  }

  const complete = (): ReadonlyArray<string> => {
    const out: Array<string> = []
    const sentences = sentencesOf(buffer)
    const part = first && fasterFirst ? firstPart(sentences[0] ?? "") : undefined
    if (part !== undefined) out.push(take(part))
    for (const [index, sentence] of sentences.slice(0, -1).entries()) {
      const rest = part !== undefined && index === 0 ? sentence.slice(part.length) : sentence
      if (rest !== "") out.push(take(rest))
    }
    while (buffer.length > longest) out.push(take(buffer.slice(0, cutBefore(buffer, longest))))
    return out
  }

  const sentencesOf = (text: string): ReadonlyArray<string> =>
    mayEnd.test(text) ? joinBlanks(segment(language, text)) : text === "" ? [] : [text]

  return {
    push: (chunk) => {
      const text = surrogate + chunk
      surrogate = endsInsidePair(text) ? text.slice(-1) : ""
      buffer += text.slice(0, text.length - surrogate.length).toWellFormed()
      return complete()
    },
    flush: () => {
      buffer += surrogate.toWellFormed()
      surrogate = ""
      const out = sentencesOf(buffer)
      buffer = ""
      return out
    }
  }
}

/** Whether `text` can hold the end of a sentence at all: asking the segmenter costs more than this. */
const mayEnd = /[\p{Sentence_Terminal}\u2026\n]/u

/** The library answers blank lines as sentences: they belong to the sentence after them, or to the last one. */
const joinBlanks = (sentences: ReadonlyArray<string>): ReadonlyArray<string> => {
  const out: Array<string> = []
  let blank = ""
  for (const sentence of sentences) {
    if (sentence.trim() === "") {
      blank += sentence
    } else {
      out.push(blank + sentence)
      blank = ""
    }
  }
  if (blank !== "") out.push((out.pop() ?? "") + blank)
  return out
}

/** Up to and with the first comma that ends a clause: a western one only before white space, "1,000" is a number. */
const firstPart = (text: string): string | undefined => {
  for (const { 0: comma, index } of text.matchAll(/[,;:]\s+(?=\S)|[，、；：](?=\S)/gu)) {
    const end = index + comma.length
    if (text.slice(0, end).trim().length >= shortestFirstPart || /[，、；：]/u.test(comma))
      return text.slice(0, end)
  }
  return undefined
}

const cutBefore = (text: string, limit: number): number => {
  const space = text.lastIndexOf(" ", limit)
  // Not within the white space that it begins with: there has to be something to show.
  if (space > text.length - text.trimStart().length) return space + 1
  // Never between the two halves of one character.
  return endsInsidePair(text.slice(0, limit)) ? limit - 1 : limit
}

const endsInsidePair = (text: string): boolean => {
  const last = text.charCodeAt(text.length - 1)
  return last >= 0xd800 && last <= 0xdbff
}
