import type { CharacterConfig } from "./CharacterConfig.ts"
import type { WakeWordConfig } from "./WakeWordConfig.ts"

/** What counts of a word when it is looked for: neither case, width, accents, punctuation nor doubled letters do. */
const heard = (word: string): string =>
  word
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number}\p{Mark}]|[\u0300-\u036F]/gu, "")
    .replaceAll(/(\p{Letter})\1+/gu, "$1")

const listed = (words: WakeWordConfig["wake_words"]) =>
  Object.entries(words).flatMap(([language, list]) =>
    list.map((word, index) => ({ word, path: [language, index] }))
  )

/** End words that are wake words too, by key path. */
export const find = ({ wake_word: { enabled, end_words, wake_words } }: CharacterConfig) => {
  const calls = new Set(listed(wake_words).map(({ word }) => heard(word)))
  return listed(enabled ? end_words : {})
    .filter(({ word }) => calls.has(heard(word)))
    .map(({ path, word }) => ({
      path: ["character_config", "wake_word", "end_words", ...path],
      message: `${JSON.stringify(word)} is one of wake_words too: who calls the character while it is awake sends it back to waiting`
    }))
}
