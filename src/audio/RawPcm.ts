/** How raw sound is laid out: bytes of a sample (little-endian; single bytes are unsigned), samples side by side. */
export interface Layout {
  readonly width: 1 | 2 | 3 | 4
  readonly channels: number
}

/** The upper 16 bits of the sample at this place. */
const sampleAt: Readonly<Record<Layout["width"], (view: DataView, at: number) => number>> = {
  1: (view, at) => (view.getUint8(at) - 128) << 8,
  2: (view, at) => view.getInt16(at, true),
  3: (view, at) => view.getInt16(at + 1, true),
  4: (view, at) => view.getInt16(at + 2, true)
}

/** Takes mono 16-bit samples out of raw sound that comes in pieces, which may end in the middle of a sample. */
export const reader = ({ channels, width }: Layout): ((bytes: Uint8Array) => Int16Array) => {
  const frame = width * channels
  const read = sampleAt[width]
  let rest = new Uint8Array(0)
  return (bytes) => {
    const whole = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    const view = new DataView(whole.buffer, whole.byteOffset, whole.byteLength)
    const samples = new Int16Array(Math.floor(whole.length / frame))
    for (let at = 0; at < samples.length; at++) {
      let sum = 0
      for (let channel = 0; channel < channels; channel++) sum += read(view, at * frame + channel * width)
      samples[at] = sum / channels
    }
    rest = Uint8Array.from(whole.subarray(samples.length * frame))
    return samples
  }
}
