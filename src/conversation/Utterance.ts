import * as Loudness from "../audio/Loudness.ts"
import * as Speech from "../audio/Speech.ts"

/** Shortest utterance in samples: 0.1 s, less than any word. */
const shortest = 0.1 * Speech.sampleRate

/** Below this level of the loudest 20 ms nobody can have spoken: -60 dB of full scale. */
const audible = 0.001

/** Why nothing can be heard in an utterance, in words for the client; `undefined` if something can. */
export const silence = (samples: Float32Array): string | undefined => {
  if (samples.length === 0)
    return "mic-audio-end: no audio came before it (mic-audio-data), nothing was heard."
  if (samples.length < shortest) return "What came from the microphone is too short to hold a word."
  return Loudness.peakLevel(samples) < audible
    ? "Only silence came from the microphone. Please check that it is on and not muted, and speak again."
    : undefined
}

/** Longest utterance in samples. */
const limit = Speech.longest * Speech.sampleRate

/** The microphone audio of one utterance, mono at 16 kHz, collected until `mic-audio-end`. */
export interface Utterance {
  /** Adds a chunk; answers false for the first chunk that no longer fits, which is dropped like all after it. */
  readonly add: (chunk: Float32Array) => boolean
  /** Takes everything collected, joined once, and starts a new utterance. */
  readonly take: () => Float32Array
}

export const make = (): Utterance => {
  let chunks: Array<Float32Array> = []
  let length = 0
  let full = false
  return {
    add: (chunk) => {
      if (full || chunk.length === 0) return true
      if (length + chunk.length > limit) {
        full = true
        return false
      }
      chunks.push(chunk)
      length += chunk.length
      return true
    },
    take: () => {
      const samples = new Float32Array(length)
      let at = 0
      for (const chunk of chunks) {
        samples.set(chunk, at)
        at += chunk.length
      }
      chunks = []
      length = 0
      full = false
      return samples
    }
  }
}
