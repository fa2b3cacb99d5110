import type { Pcm } from "./Pcm.ts"

/** What recognisers listen to: mono at this rate, in Hz. */
export const sampleRate = 16_000

/** Longest recording that is listened to at once, in seconds: as long as an utterance may be. */
export const longest = 120

/** The same samples in [-1, 1], at the rate that they have. */
export const fromPcm = ({ samples }: Pcm): Float32Array => {
  const speech = new Float32Array(samples.length)
  for (let at = 0; at < samples.length; at++) speech[at] = samples[at]! / 32_768
  return speech
}

/** Samples one after the other. */
export const join = (parts: ReadonlyArray<Float32Array>): Float32Array => {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** No sound at all: what a voice has for text without words. */
export const nothing: Pcm = { samples: new Int16Array(0), sampleRate }
