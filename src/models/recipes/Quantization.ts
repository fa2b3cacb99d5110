import type { Weights } from "./Ct2Weights.ts"

/** A float16's value (IEEE 754, binary16) from its bits. */
const valueOf = (bits: number): number => {
  const sign = bits >> 15 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  return exponent === 31 ? sign * Infinity : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** All 65,536 values, made once: a model has some ten millions of them. */
const values = Float32Array.from({ length: 65_536 }, (_, bits) => valueOf(bits))

/** A matrix of 8-bit numbers, turned on its side, and for each of its columns what they are to be multiplied by. */
export interface Quantized {
  readonly rows: number
  readonly columns: number
  readonly data: Int8Array
  readonly scales: Float32Array
}

/** Each row of the matrix scaled so that its largest number becomes 127, symmetrically around zero. */
export const quantize = ({ data, dims }: Weights): Quantized => {
  const [outputs = 0, inputs = 0] = dims
  const quantized = new Int8Array(inputs * outputs)
  const scales = new Float32Array(outputs)
  for (let row = 0; row < outputs; row++) {
    const start = row * inputs
    let largest = 0
    for (let i = start; i < start + inputs; i++) largest = Math.max(largest, Math.abs(values[data[i]!]!))
    const scale = largest / 127 || 1
    scales[row] = scale
    for (let i = 0; i < inputs; i++)
      quantized[i * outputs + row] = Math.round(values[data[start + i]!]! / scale)
  }
  return { rows: inputs, columns: outputs, data: quantized, scales }
}
