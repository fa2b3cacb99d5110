import { distance } from "fastest-levenshtein"

/** Letters that are easily taken for each other, in Latin and Cyrillic script. */
const alike = [
  "aeiouy",
  "bp",
  "dt",
  "ckgq",
  "fvw",
  "sz",
  "mn",
  "lr",
  "аеиоуыэюя",
  "бп",
  "дт",
  "гк",
  "вф",
  "зс",
  "жш",
  "мн",
  "лр"
]
const sounds = new Map(alike.flatMap((group) => [...group].map((letter) => [letter, group[0]!] as const)))
const sound = (letters: string): string =>
  Array.from(letters, (letter) => sounds.get(letter) ?? letter).join("")

/**
 * How badly `wanted` was heard, if it is what was said, both folded: a letter of like sound counts once, any other one
 * that is wrong, missing or too many twice. "commuter" and "computer" differ by one letter, and nobody confuses them.
 * Undefined if it is more than `most`, or if what was said is where `wanted` begins: "compute" is a word of its own.
 */
export const edits = (said: string, wanted: string, most: number): number | undefined => {
  if (said === wanted) return 0
  if (most === 0 || Math.abs(said.length - wanted.length) > most || wanted.startsWith(said)) return undefined
  const whole = distance(said, wanted) + distance(sound(said), sound(wanted))
  return whole > most ? undefined : whole
}
