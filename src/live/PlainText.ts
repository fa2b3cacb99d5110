/** On one line, in the usual form of each character, without what cannot be seen. */
export const clean = (text: string): string =>
  text
    .normalize("NFKC")
    // The joiner of emoji stays: without it they fall apart.
    .replaceAll(/(?!\u200D)\p{Cf}/gu, "")
    .replaceAll(/[\p{Cc}\p{Z}]+/gu, " ")
    .trim()

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" })

/** Most units (UTF-16) that a character may have: marks can be piled upon one without end. */
const widest = 16

/** At most that many characters as people count them, the last one an ellipsis if something is missing. */
export const cut = (text: string, most: number): string => {
  // Each has at least one unit.
  if (text.length <= most) return text
  const characters = Array.from(segmenter.segment(text.slice(0, most * widest)), ({ segment }) => segment)
  const isWhole = characters.length <= most && text.length <= most * widest
  return isWhole
    ? text
    : `${characters
        .slice(0, most - 1)
        .join("")
        .trimEnd()}…`
}

/** The same text for whoever looks for words: small letters without marks, and no signs between single letters. */
const plain = (text: string): string =>
  clean(text)
    .toLowerCase()
    .normalize("NFD")
    .replaceAll(/\p{Mn}/gu, "")
    .normalize("NFC")
    .replaceAll(/(?<=(?<![\p{L}\p{N}])[\p{L}\p{N}])[^\p{L}\p{N}]+(?=[\p{L}\p{N}](?![\p{L}\p{N}]))/gu, "")

/** Scripts that put no spaces between words: there a word is found within others. */
const unspaced = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u

/** Whether one of these words is in a text, however it is written. */
export const finder = (words: ReadonlyArray<string>): ((text: string) => boolean) => {
  const patterns = words
    .map(plain)
    .filter((word) => word !== "")
    .map((word) => {
      const exact = word.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&")
      return unspaced.test(word) ? exact : `(?<![\\p{L}\\p{N}])${exact}(?![\\p{L}\\p{N}])`
    })
  if (patterns.length === 0) return () => false
  const any = new RegExp(patterns.join("|"), "u")
  return (text) => any.test(plain(text))
}
