import { Effect } from "effect"
import { createHash } from "node:crypto"
import type { Embedder } from "../../src/recall/Embedder.ts"

const width = 256

/** Texts with words in common are near each other. Answers at once, on any clock. */
export const embed = (text: string): Int8Array => {
  const vector = new Int8Array(width)
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    const hash = createHash("sha256").update(word).digest()
    vector[hash[0]!] = Math.min(127, vector[hash[0]!]! + 8)
    vector[hash[1]!] = Math.max(-127, vector[hash[1]!]! - 8)
  }
  return vector
}

export const embedder: Embedder = { embed: (texts) => Effect.sync(() => texts.map(embed)) }
