/** A part of an utterance that is compared as one: a word, or a single sign of a script without spaces. */
export interface Token {
  /** Folded: neither case, width nor accents count. */
  readonly text: string
  readonly isSign: boolean
  /** Where it is in the text. */
  readonly start: number
  readonly end: number
}

/** Scripts that are written without spaces: each sign is compared by itself. */
const sign =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u
const letter = /[\p{Letter}\p{Number}]/u
/** What stands inside words without ending them. */
const silent = /^(?:['’ʼ`´\p{Mark}\u00AD\u200B\u200C]|\u200D|\uFE0F)+$/u
const unspoken = /[^\p{Letter}\p{Number}]|ʼ/gu
const accents = /[\u0300-\u036F]/gu

const han = /\p{Script=Han}/u
export const isHan = (text: string): boolean => han.test(text)

/** Katakana as hiragana: speech knows no difference. */
const toHiragana = (text: string): string =>
  text.replace(/[ァ-ヶ]/gu, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60))

/** Compatibility forms become the usual ones: full width, half width, ligatures. What they hold beside letters goes: (가), ½. */
const fold = (character: string): string =>
  toHiragana(character.normalize("NFKC").toLowerCase().normalize("NFKD").replaceAll(accents, ""))
    .normalize("NFC")
    .replaceAll(unspoken, "")

/** The words and signs of a text, without punctuation and spaces. */
export const split = (text: string): ReadonlyArray<Token> => {
  const tokens: Array<Token> = []
  let word: Token | undefined
  let start = 0
  for (const character of text) {
    const end = start + character.length
    const folded = fold(character)
    if (word !== undefined && silent.test(character)) {
      word = { ...word, end }
    } else if (!letter.test(folded)) {
      if (word !== undefined) tokens.push(word)
      word = undefined
    } else if (sign.test(folded)) {
      if (word !== undefined) tokens.push(word)
      word = undefined
      tokens.push({ text: folded, isSign: true, start, end })
    } else {
      word =
        word === undefined
          ? { text: folded, isSign: false, start, end }
          : { ...word, text: word.text + folded, end }
    }
    start = end
  }
  if (word !== undefined) tokens.push(word)
  return tokens
}

/** Whether anything is said in a text. */
export const saysAnything = (text: string): boolean => letter.test(text)

/** Punctuation and spaces that belonged to what was cut away; signs that open a sentence stay. */
const leading = /^(?:(?![¿¡])[\s\p{Po}\p{Pd}\p{Pe}\p{Pf}~…])+/u
const trailing = /[\s\p{Po}\p{Pd}\p{Ps}\p{Pi}~…]+$/u

/** What was said after a place in a text; "" if nothing was. */
export const after = (text: string, place: number): string => {
  const rest = text.slice(place).replace(leading, "").trim()
  return saysAnything(rest) ? rest : ""
}

/** What opened around what was cut away, and spaces. */
const opening = /[\s\p{Ps}\p{Pi}"'¿¡]+$/u

/** The same without what stands between two places: "Tell me, Hana, who are you?" is "Tell me, who are you?". */
export const without = (text: string, from: number, to: number): string => {
  const head = text.slice(0, from)
  const rest = after(text, to)
  if (!saysAnything(head)) return rest
  if (rest === "") return head.replace(trailing, "").trim()
  const before = head.replace(opening, "")
  const gap = head.slice(before.length) + (leading.exec(text.slice(to))?.[0] ?? "")
  // Words stay apart, whatever was between them; signs of scripts without spaces need nothing.
  const apart = /\s/u.test(gap) || !(isSignAt(before, -1) || isSignAt(rest, 0))
  return `${before.trimStart()}${apart ? " " : ""}${rest}`
}

const isSignAt = (text: string, at: 0 | -1): boolean => split(text).at(at)?.isSign ?? false
