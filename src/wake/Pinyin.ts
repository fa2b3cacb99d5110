import { Effect } from "effect"

/** How Chinese characters are read. */
export interface Pinyin {
  /** All readings of one character, without tones, `ü` as `v`; none if it is not known. */
  readonly readings: (character: string) => ReadonlyArray<string>
  /** The syllables of a text, read in its context: `x` and `iǎo`. */
  readonly syllables: (text: string) => ReadonlyArray<{ readonly initial: string; readonly final: string }>
}

/** The library is loaded by the first who needs it: half a megabyte of characters that most servers never meet. */
export const load: Effect.Effect<Pinyin> = Effect.map(
  Effect.promise(() => import("pinyin-pro")),
  ({ pinyin }) => ({
    readings: (character) =>
      pinyin(character, { multiple: true, toneType: "none", type: "array", v: true, nonZh: "removed" }),
    syllables: (text) => {
      const initials = pinyin(text, { pattern: "initial", type: "array", nonZh: "removed" })
      return pinyin(text, { pattern: "final", type: "array", nonZh: "removed" }).map((final, index) => ({
        initial: initials[index] ?? "",
        final: plain(initials[index] ?? "", final)
      }))
    }
  })
)

/** After these `u` is written for `ü`, which no other sound could be. */
const plain = (initial: string, final: string): string =>
  ["j", "q", "x", "y"].includes(initial)
    ? final
        .normalize("NFD")
        .replace(/u\u0308/gu, "u")
        .normalize("NFC")
    : final

/** One spelling for syllables that many speakers do not tell apart. */
export const blur = (syllable: string): string =>
  syllable
    .replace(/^([zcs])h/, "$1")
    .replace(/^n(?=[aeiouv])/, "l")
    .replace(/(?<=[aei]n)g$/, "")
