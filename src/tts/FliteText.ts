/** Longest piece that is spoken at once: it bounds the engine's memory and the wait for an interruption. */
const longest = 200

const substitutes: ReadonlyArray<readonly [RegExp, string]> = [
  [/[\u2018\u2019\u201A\u2032]/g, "'"],
  [/[\u201C\u201D\u201E\u00AB\u00BB]/g, '"'],
  [/[\u2013\u2014\u2015]/g, ", "],
  // What is left of accented letters after their decomposition.
  [/\p{Mark}+/gu, ""],
  [/[^\x21-\x7E]+/g, " "]
]

/**
 * Text as the engine can read it, in pieces of at most 200 characters: it knows only ASCII. Accents are
 * dropped, other scripts are left out. Empty if there is no letter and no digit to speak.
 */
export const pieces = (text: string): ReadonlyArray<string> => {
  const ascii = substitutes.reduce(
    (rest, [pattern, substitute]) => rest.replace(pattern, substitute),
    text.normalize("NFKD")
  )
  const found: Array<string> = []
  for (let rest = ascii.trim(); rest !== "";) {
    const piece = rest.length <= longest ? rest : rest.slice(0, cutOf(rest))
    if (/[A-Za-z0-9]/.test(piece)) found.push(piece.trim())
    rest = rest.slice(piece.length).trimStart()
  }
  return found
}

/** Where to cut: after a sentence, else after a clause, else between words, else anywhere. */
const cutOf = (text: string): number => {
  const window = text.slice(0, longest)
  for (const boundary of [/^.*[.!?]["')]*(?=\s)/, /^.*[,;:](?=\s)/, /^.*(?=\s)/]) {
    const length = boundary.exec(window)?.[0].length ?? 0
    if (length > longest / 4) return length
  }
  return longest
}
