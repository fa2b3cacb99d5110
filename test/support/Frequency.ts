/** Of a tone: zero crossings upwards per second, away from its ends. */
export const of = (samples: Int16Array | Float32Array, sampleRate: number): number => {
  const middle = samples.subarray(samples.length >> 2, (samples.length * 3) >> 2)
  let crossings = 0
  for (let at = 1; at < middle.length; at++) if (middle[at - 1]! < 0 && middle[at]! >= 0) crossings++
  return crossings / (middle.length / sampleRate)
}
