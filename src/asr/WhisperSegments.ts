import * as Speech from "../audio/Speech.ts"

const rate = Speech.sampleRate

/** Whisper hears 30 s at once; shorter segments, with silence behind, it repeats less. */
const longest = 20 * rate

/** The cut is looked for in the last seconds of a segment. */
const search = 8 * rate

/** How much silence decides for a cut: 200 ms. */
const gap = 0.2 * rate

/** Silence on both sides of a segment, 0.5 s: without it Whisper loses first words. */
const padding = 0.5 * rate

/** Where the quietest 200 ms before `end` are: their middle. */
const quietest = (samples: Float32Array, end: number): number => {
  const from = end - search
  let energy = 0
  let best = Infinity
  let at = end
  for (let index = from; index < end; index++) {
    energy += samples[index]! ** 2
    if (index - from < gap) continue
    energy -= samples[index - gap]! ** 2
    if (energy < best) {
      best = energy
      at = index - gap / 2
    }
  }
  return at
}

/** Cuts an utterance (16 kHz) into segments of at most 20 s, between words where there is a pause. No sample is lost. */
export const cut = (samples: Float32Array): ReadonlyArray<Float32Array> => {
  const segments: Array<Float32Array> = []
  let start = 0
  while (samples.length - start > longest) {
    const end = quietest(samples, start + longest)
    segments.push(samples.subarray(start, end))
    start = end
  }
  segments.push(samples.subarray(start))
  return segments
}

/** The segment with silence around it. */
export const padded = (segment: Float32Array): Float32Array => {
  const samples = new Float32Array(segment.length + 2 * padding)
  samples.set(segment, padding)
  return samples
}
