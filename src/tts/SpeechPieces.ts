/** Longest piece that is spoken at once: it bounds the engine's memory and the wait for an interruption. */
const longest = 200
/** An ideograph is a syllable at least, and a voice that doesn't know it may spell it out. */
const ideographWeight = 4
const wide = /[\u2E80-\u9FFF\uAC00-\uD7FF\uF900-\uFAFF]/

/** Whether a voice has something to say: a letter or a digit of any script. */
export const isSpeakable = (text: string): boolean => /[\p{L}\p{N}]/u.test(text)

/** Without what native code may stumble over: control characters, lone surrogates. */
const clean = (text: string): string => text.toWellFormed().replaceAll(/[\p{Cc}\uFFFD]+/gu, " ")

/**
 * The text in pieces of about 200 letters or 50 ideographs at most, cut where a speaker would pause. Pieces without
 * anything to say are left out.
 */
export const of = (text: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (let rest = clean(text).trim(); rest !== "";) {
    const piece = rest.slice(0, cutOf(rest))
    if (isSpeakable(piece)) found.push(piece.trim())
    rest = rest.slice(piece.length).trimStart()
  }
  return found
}

/** Characters of the text that are not too much for one piece; never half of a surrogate pair. */
const limitOf = (text: string): number => {
  let weight = 0
  let at = 0
  for (const letter of text) {
    weight += wide.test(letter) ? ideographWeight : letter.length
    if (weight > longest) break
    at += letter.length
  }
  return at
}

const boundaries = [/^.*(?:[.!?]["')]*(?=\s)|[。！？])/s, /^.*(?:[,;:](?=\s)|[，、；：])/s, /^.*(?=\s)/s]

/** Where to cut: after a sentence, else after a clause, else between words, else anywhere. */
const cutOf = (text: string): number => {
  const limit = limitOf(text)
  if (limit === text.length) return limit
  const window = text.slice(0, limit + 1)
  for (const boundary of boundaries) {
    const length = boundary.exec(window)?.[0].length ?? 0
    if (length > limit / 4 && length <= limit) return length
  }
  return limit
}
