/** Edits (insertions, deletions, replacements, swaps of neighbours) that turn one word into the other. */
const distance = (from: string, to: string): number => {
  const rows = [Array.from({ length: to.length + 1 }, (_, index) => index)]
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1]
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      row.push(
        Math.min(
          rows[i - 1]![j]! + 1,
          row[j - 1]! + 1,
          rows[i - 1]![j - 1]! + (same ? 0 : 1),
          swapped ? rows[i - 2]![j - 2]! + 1 : Infinity
        )
      )
    }
    rows.push(row)
  }
  return rows[from.length]![to.length]!
}

const bare = (word: string) => word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "")

/** The choice that is closest to the word, if one is close. */
export const nearest = (word: string, choices: ReadonlyArray<string>): string | undefined => {
  // A long text is no mistyped word, and comparing it would only take time.
  if (word.length > 60) return undefined
  const near = choices
    .map((choice) => ({ choice, edits: distance(bare(word), bare(choice)) }))
    .filter(({ choice, edits }) => edits <= Math.max(1, Math.floor(choice.length / 4)))
    .sort((a, b) => a.edits - b.edits)[0]?.choice
  if (near !== undefined || bare(word).length < 4) return near
  // Half of a name, if it is one's only.
  const longer = choices.filter((choice) => bare(choice).includes(bare(word)))
  return longer.length === 1 ? longer[0] : undefined
}

export const mention = (choice: string): string => ` (did you mean "${choice}"?)`

/** ` (did you mean "edge_tts"?)` if a choice is close to the word, else nothing. */
export const hint = (word: string, choices: ReadonlyArray<string>): string => {
  const near = nearest(word, choices)
  return near === undefined ? "" : mention(near)
}
