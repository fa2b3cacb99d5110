import * as Loudness from "../audio/Loudness.ts"
import * as Speech from "../audio/Speech.ts"
import { say } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

/** Shortest utterance in samples: 0.1 s, less than any word. */
const shortest = 0.1 * Speech.sampleRate

/** Below this level of the loudest 20 ms nobody can have spoken: -60 dB of full scale. */
const audible = 0.001

/** Why nothing can be heard in an utterance, for the client; `undefined` if something can. */
export const silence = (samples: Float32Array): Text | undefined => {
  if (samples.length === 0) return say("session.noAudio")
  if (samples.length < shortest) return say("session.tooShort")
  return Loudness.peakLevel(samples) < audible ? say("session.silence") : undefined
}

/** Longest utterance in samples. */
const limit = Speech.longest * Speech.sampleRate

/**
 * What the user says, mono at 16 kHz, until `mic-audio-end`: in chunks that the client collected, or whole because the
 * server listened. The two are never mixed.
 */
export interface Utterance {
  /**
   * Adds a chunk. `first`: it begins the utterance. `full`: it is the first one that no longer fits; its beginning is
   * kept. Those after it are `dropped`, and so is one without samples.
   */
  readonly add: (chunk: Float32Array) => "first" | "kept" | "full" | "dropped"
  /**
   * Keeps an utterance that the server has heard. The client has to be told of a `new` one; one that comes before that
   * is taken is `joined` to it. `full`: together they are longer than 120 s, so this one is dropped, as those after it
   * are; but an answer of `full` comes once.
   */
  readonly keep: (utterance: Float32Array) => "new" | "joined" | "full" | "dropped"
  /**
   * Takes everything collected, joined once, and starts a new utterance. The client's own chunks come first: whoever
   * collects them answers what the server has told it when they are sent.
   */
  readonly take: () => Float32Array
  /** Forgets everything collected. */
  readonly discard: () => void
}

export const make = (): Utterance => {
  let chunks: Array<Float32Array> = []
  let length = 0
  let full = false
  let heard: Float32Array | undefined
  let heardFull = false
  const discardChunks = () => {
    chunks = []
    length = 0
    full = false
  }
  const discardHeard = () => {
    heard = undefined
    heardFull = false
  }
  return {
    discard: () => {
      discardChunks()
      discardHeard()
    },
    add: (chunk) => {
      if (full || chunk.length === 0) return "dropped"
      if (length + chunk.length > limit) {
        full = true
        chunks.push(chunk.subarray(0, limit - length))
        length = limit
        return "full"
      }
      chunks.push(chunk)
      length += chunk.length
      return chunks.length === 1 ? "first" : "kept"
    },
    keep: (utterance) => {
      if (heard === undefined) {
        heard = utterance
        return "new"
      }
      if (heardFull) return "dropped"
      if (heard.length + utterance.length > limit) {
        heardFull = true
        return "full"
      }
      heard = Speech.join([heard, utterance])
      return "joined"
    },
    take: () => {
      const samples = length > 0 ? Speech.join(chunks) : (heard ?? new Float32Array(0))
      if (length === 0) discardHeard()
      discardChunks()
      return samples
    }
  }
}
