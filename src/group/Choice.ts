import type { Task } from "../agent/Agent.ts"

/** A character that may speak next. */
export interface Candidate {
  readonly uid: string
  readonly name: string
}

/** Letters that are written without spaces between words: a name there may stand anywhere. */
const unspaced = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]/u

/** Where a text names somebody; -1 if it doesn't. */
const placeOf = (name: string, text: string): number => {
  const wanted = name.trim().normalize("NFKC").toLowerCase()
  const said = text.normalize("NFKC").toLowerCase()
  if (wanted === "") return -1
  for (let at = said.indexOf(wanted); at >= 0; at = said.indexOf(wanted, at + 1)) {
    const around = [said[at - 1], said[at + wanted.length]]
    if (
      unspaced.test(wanted) ||
      around.every((letter) => letter === undefined || !/[\p{L}\p{N}]/u.test(letter))
    )
      return at
  }
  return -1
}

/** Whoever the text names first. */
export const addressed = (candidates: ReadonlyArray<Candidate>, text: string): Candidate | undefined =>
  candidates
    .map((candidate) => ({ candidate, at: placeOf(candidate.name, text) }))
    .filter(({ at }) => at >= 0)
    .toSorted((one, other) => one.at - other.at)[0]?.candidate

/** Asks a model who should speak next. `lines`: what was said last. */
export const question = (candidates: ReadonlyArray<Candidate>, lines: ReadonlyArray<string>): Task => ({
  system:
    "You moderate a conversation. Read what was said last, and answer with nothing but the name of the one who should speak next.",
  text: `What was said last:\n${lines.join("\n")}\n\nWho may speak next: ${candidates.map(({ name }) => name).join(", ")}`
})
