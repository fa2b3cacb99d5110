import * as SpeechPieces from "./SpeechPieces.ts"

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
export const pieces = (text: string): ReadonlyArray<string> =>
  SpeechPieces.of(
    substitutes.reduce(
      (rest, [pattern, substitute]) => rest.replace(pattern, substitute),
      text.normalize("NFKD")
    )
  )
