/** Samples of one window: 32 ms at 16 kHz. */
export const size = 512

/** A stretch of the microphone's audio with what an engine says of it. */
export interface Window {
  /** `size` samples, mono, 16 kHz, in [-1, 1]. */
  readonly samples: Float32Array
  /** That somebody speaks in it, from 0 to 1. */
  readonly probability: number
  /** Loudness, see `decibels`. */
  readonly decibels: number
}

/** 20·log10 of the root mean square of the samples as 16-bit integers: 90 is the loudest. Silence is 0, not -Infinity. */
export const decibels = (samples: Float32Array): number => {
  let sum = 0
  for (let at = 0; at < samples.length; at++) sum += samples[at]! ** 2
  return 20 * Math.log10(Math.max(1, 32_768 * Math.sqrt(sum / samples.length)))
}

/** Cuts audio that comes in chunks of any length into whole windows. */
export interface Cutter {
  /** Answers the windows that are complete now, one after the other in one array; the rest waits for the next chunk. */
  readonly cut: (chunk: Float32Array) => Float32Array
}

export const makeCutter = (): Cutter => {
  let rest = new Float32Array(0)
  return {
    cut: (chunk) => {
      const samples = new Float32Array(rest.length + chunk.length)
      samples.set(rest)
      for (let at = 0; at < chunk.length; at++) samples[rest.length + at] = sane(chunk[at]!)
      const whole = samples.length - (samples.length % size)
      rest = samples.slice(whole)
      return samples.subarray(0, whole)
    }
  }
}

/** One sample that is no number would stay in the model's state for ever. */
const sane = (sample: number): number => (Number.isFinite(sample) ? Math.max(-1, Math.min(1, sample)) : 0)
