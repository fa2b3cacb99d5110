import type { Pcm } from "../../src/audio/Pcm.ts"
import * as Wav from "../../src/audio/Wav.ts"

const sampleRate = 16_000
const longestMs = 20_000

/** Made once: a stub that speaks for a hundred sessions shall cost next to nothing. */
const longest = Int16Array.from({ length: (longestMs * sampleRate) / 1000 }, (_, at) =>
  Math.round(8000 * Math.sin((2 * Math.PI * 440 * at) / sampleRate))
)

/** 440 Hz at 16 kHz, at most 20 s of it. */
export const pcm = (ms: number): Pcm => ({
  samples: longest.subarray(0, Math.round((Math.min(ms, longestMs) * sampleRate) / 1000)),
  sampleRate
})

export const wav = (ms: number): Uint8Array => Wav.encode(pcm(ms))
