import type { Pcm } from "./Pcm.ts"

/** Length of a slice in ms: what the avatar's mouth is moved by. */
export const sliceMs = 20

/** Length of a slice in samples, at `sampleRate` Hz. */
export const sliceOf = (sampleRate: number): number => Math.max(1, Math.round((sampleRate * sliceMs) / 1000))

/** The sum of the squares of the samples from `from` to before `to`. */
export const squares = (samples: Int16Array, from: number, to: number): number => {
  let sum = 0
  for (let at = from; at < to; at++) {
    const sample = samples[at]!
    sum += sample * sample
  }
  return sum
}

/**
 * One value in [0, 1] per slice of 20 ms (the last one may be shorter): its root mean square, divided by that
 * of the loudest slice. All zeros for digital silence.
 */
export const volumes = ({ sampleRate, samples }: Pcm): Array<number> => {
  const slice = sliceOf(sampleRate)
  const levels: Array<number> = []
  for (let start = 0; start < samples.length; start += slice) {
    const end = Math.min(start + slice, samples.length)
    levels.push(Math.sqrt(squares(samples, start, end) / (end - start)))
  }
  return volumesOf(levels)
}

/** The same of sound whose slices have these root mean squares. */
export const volumesOf = (levels: ReadonlyArray<number>): Array<number> => {
  const loudest = levels.reduce((one, other) => Math.max(one, other), 0)
  return levels.map((level) => (loudest > 0 ? level / loudest : 0))
}

/** Root mean square of the loudest 20 ms; `samples`: in [-1, 1] at 16 kHz. What is no number counts as silence. */
export const peakLevel = (samples: Float32Array): number => {
  const slice = (16_000 * sliceMs) / 1000
  let loudest = 0
  for (let start = 0; start < samples.length; start += slice) {
    const end = Math.min(start + slice, samples.length)
    let sum = 0
    for (let at = start; at < end; at++) sum += samples[at]! ** 2
    const level = Math.sqrt(sum / (end - start))
    if (level > loudest) loudest = level
  }
  return loudest
}
