import type { Pcm } from "./Pcm.ts"

/** Length of a slice in ms: what the avatar's mouth is moved by. */
export const sliceMs = 20

/**
 * One value in [0, 1] per slice of 20 ms (the last one may be shorter): its root mean square, divided by that
 * of the loudest slice. All zeros for digital silence.
 */
export const volumes = (pcm: Pcm): Array<number> => {
  const { samples } = pcm
  const slice = Math.max(1, Math.round((pcm.sampleRate * sliceMs) / 1000))
  const values: Array<number> = []
  let loudest = 0
  for (let start = 0; start < samples.length; start += slice) {
    const end = Math.min(start + slice, samples.length)
    let sum = 0
    for (let at = start; at < end; at++) {
      const sample = samples[at]!
      sum += sample * sample
    }
    const rms = Math.sqrt(sum / (end - start))
    values.push(rms)
    if (rms > loudest) loudest = rms
  }
  if (loudest > 0) for (let index = 0; index < values.length; index++) values[index]! /= loudest
  return values
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
