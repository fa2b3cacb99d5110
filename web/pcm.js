/** Writes samples in [-1, 1] as 16-bit integers, little endian, from byte `at` on. What is beyond is cut off. */
export const writePcm = (view, at, samples) => {
  for (let index = 0; index < samples.length; index++) {
    view.setInt16(at + index * 2, Math.max(-1, Math.min(1, samples[index])) * 32_767, true)
  }
}
