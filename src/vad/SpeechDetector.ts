import * as Speech from "../audio/Speech.ts"
import { size } from "./Window.ts"
import type { Window } from "./Window.ts"

/** When speech starts and ends. The thresholds are those of means over `smoothingWindow` windows. */
export interface Rules {
  readonly probThreshold: number
  readonly dbThreshold: number
  /** Windows. */
  readonly requiredHits: number
  /** Windows. */
  readonly requiredMisses: number
  /** Windows. */
  readonly smoothingWindow: number
}

export type SpeechEvent =
  | { readonly _tag: "Started" }
  /** `utterance`: the pre-roll and all windows from the first hit to the last miss, mono, 16 kHz. */
  | { readonly _tag: "Ended"; readonly utterance: Float32Array }

/** Tells speech from silence, window by window. */
export interface SpeechDetector {
  /** The next window, and the rules from now on. `Started` and `Ended` alternate; a window brings at most one of them. */
  readonly push: (window: Window, rules: Rules) => SpeechEvent | undefined
  /** Whether speech is under way. */
  readonly isSpeaking: () => boolean
  /** Ends speech that is under way: nothing more comes of it. */
  readonly finish: () => SpeechEvent | undefined
}

/** Audio before the first hit that is part of the utterance: 300 ms, in samples. The first sound is often too soft to hit. */
export const preRoll = 4800
const preRollWindows = Math.ceil(preRoll / size)

/** Longest utterance in samples: 120 s. Speech that goes on is another utterance. */
export const longest = Speech.longest * Speech.sampleRate

/**
 * A window is a hit when the mean probability and the mean loudness of the last `smoothingWindow` windows both reach
 * their thresholds, else it is a miss. `requiredHits` hits in a row start speech, `requiredMisses` misses in a row end it.
 * In silence it keeps the pre-roll only.
 */
export const make = (): SpeechDetector => {
  const last: Array<Pick<Window, "probability" | "decibels">> = []
  /** In silence the pre-roll and the hits in a row; in speech the utterance so far, `length` samples. */
  let kept: Array<Float32Array> = []
  let length = 0
  let speaking = false
  /** Hits in a row in silence, misses in a row in speech. */
  let row = 0

  const mean = (of: "probability" | "decibels") =>
    last.reduce((sum, window) => sum + window[of], 0) / last.length

  const isHit = ({ decibels, probability }: Window, rules: Rules): boolean => {
    last.push({ decibels, probability })
    last.splice(0, last.length - rules.smoothingWindow)
    return mean("probability") >= rules.probThreshold && mean("decibels") >= rules.dbThreshold
  }

  const end = (): SpeechEvent => {
    const utterance = Speech.join(kept)
    kept = []
    row = 0
    speaking = false
    return { _tag: "Ended", utterance }
  }

  const inSilence = (hit: boolean, rules: Rules): SpeechEvent | undefined => {
    row = hit ? row + 1 : 0
    kept.splice(0, kept.length - preRollWindows - row)
    if (row < rules.requiredHits) return undefined
    const before = Speech.join(kept.slice(0, kept.length - row))
    kept = [before.subarray(Math.max(0, before.length - preRoll)), ...kept.slice(kept.length - row)]
    length = kept.reduce((sum, part) => sum + part.length, 0)
    speaking = true
    row = 0
    return { _tag: "Started" }
  }

  const inSpeech = (hit: boolean, rules: Rules): SpeechEvent | undefined => {
    row = hit ? 0 : row + 1
    length += size
    return row >= rules.requiredMisses || length + size > longest ? end() : undefined
  }

  return {
    push: (window, rules) => {
      const hit = isHit(window, rules)
      kept.push(window.samples)
      return speaking ? inSpeech(hit, rules) : inSilence(hit, rules)
    },
    isSpeaking: () => speaking,
    finish: () => (speaking ? end() : undefined)
  }
}
