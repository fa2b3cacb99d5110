/** Mono sound: 16-bit signed samples at `sampleRate` Hz. */
export interface Pcm {
  readonly samples: Int16Array
  readonly sampleRate: number
}

/** Length in ms. */
export const duration = (pcm: Pcm): number => (pcm.samples.length / pcm.sampleRate) * 1000

/** Sounds of one sample rate (Hz), one after the other. */
export const join = (parts: ReadonlyArray<Pcm>, sampleRate: number): Pcm => {
  if (parts.length === 1) return parts[0]!
  const samples = new Int16Array(parts.reduce((sum, part) => sum + part.samples.length, 0))
  let at = 0
  for (const part of parts) {
    samples.set(part.samples, at)
    at += part.samples.length
  }
  return { samples, sampleRate }
}

/**
 * The whole samples of bytes that are little-endian: in place where they lie so, as every copy of a sound makes the
 * collector's work.
 */
export const samplesOf = (bytes: Uint8Array): Int16Array => {
  const count = bytes.length >> 1
  return bytes.byteOffset % 2 === 0
    ? new Int16Array(bytes.buffer, bytes.byteOffset, count)
    : // What a `Buffer` calls a slice is no copy.
      new Int16Array(Uint8Array.prototype.slice.call(bytes, 0, 2 * count).buffer)
}
