/** Mono sound: 16-bit signed samples at `sampleRate` Hz. */
export interface Pcm {
  readonly samples: Int16Array
  readonly sampleRate: number
}

/** Length in ms. */
export const duration = (pcm: Pcm): number => (pcm.samples.length / pcm.sampleRate) * 1000
