import type { Pcm } from "../audio/Pcm.ts"

/** Sounds of one sample rate (Hz), one after the other. */
export const join = (parts: ReadonlyArray<Pcm>, sampleRate: number): Pcm => {
  if (parts.length === 1) return parts[0]!
  const samples = new Int16Array(parts.reduce((sum, part) => sum + part.samples.length, 0))
  let at = 0
  for (const part of parts) {
    samples.set(part.samples, at)
    at += part.samples.length
  }
  return { samples, sampleRate }
}
