/** Mono sound: 16-bit signed samples at `sampleRate` Hz. */
export interface Pcm {
  readonly samples: Int16Array
  readonly sampleRate: number
}

/** Length in ms. */
export const duration = (pcm: Pcm): number => (pcm.samples.length / pcm.sampleRate) * 1000

/** From samples in [-1, 1]; what is beyond is cut off. */
export const fromFloat = (samples: Float32Array, sampleRate: number): Pcm => ({
  samples: Int16Array.from(samples, (sample) => Math.round(Math.max(-1, Math.min(1, sample)) * 32_767)),
  sampleRate
})
