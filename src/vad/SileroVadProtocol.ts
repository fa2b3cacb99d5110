/** Samples of the window before that the model wants to see again. */
export const contextSize = 64
/** What the model remembers of the sound so far: two layers of 128 numbers. */
export const stateSize = 2 * 128

export interface Load {
  /** Path of the model's file. */
  readonly model: string
}

/** Windows to look at. */
export interface Stretch {
  /** Whole windows, one after the other. */
  readonly samples: Float32Array
  /** The last `contextSize` samples before them; zeros at the beginning. */
  readonly context: Float32Array
  /** The `state` of the analysis before; zeros at the beginning. */
  readonly state: Float32Array
}

export interface Analysis {
  /** One a window. */
  readonly probabilities: Float32Array
  readonly state: Float32Array
  /** Processor time that the process has used meanwhile, in ms: what these windows cost, unless other jobs ran beside. */
  readonly cost: number
}
