/** Where a tensor's elements are described: CTranslate2's `DataType` has 4 for float16. */
const float16 = 4
const int16 = 2

/** A tensor of float16; `data` holds its bits. */
export interface Weights {
  /** Sizes, outermost first. */
  readonly dims: ReadonlyArray<number>
  readonly data: Uint16Array
}

interface Variable {
  readonly dims: ReadonlyArray<number>
  readonly type: number
  readonly bytes: Uint8Array
}

/**
 * The variables of a CTranslate2 model by name. The file (binary version 6, little endian, as CTranslate2's
 * `model_spec.py` writes it): version u32, name of the specification, its revision u32, then the number of variables
 * u32 and for each its name, the number of dimensions u8 and these u32, the type u8, the number of bytes u32, the bytes.
 * A text is its length u16 with the zero at its end.
 */
export class Ct2Weights {
  readonly #variables = new Map<string, Variable>()

  constructor(file: Uint8Array) {
    const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
    let at = 0
    const u8 = () => view.getUint8(at++)
    const u16 = () => view.getUint16((at += 2) - 2, true)
    const u32 = () => view.getUint32((at += 4) - 4, true)
    const take = (length: number) => file.subarray(at, (at += length))
    const text = () => new TextDecoder().decode(take(u16()).subarray(0, -1))
    if (u32() !== 6 || text() !== "WhisperSpec") throw new Error("it is no Whisper of CTranslate2, version 6")
    u32()
    for (let left = u32(); left > 0; left--) {
      const name = text()
      const dims = Array.from({ length: u8() }, u32)
      this.#variables.set(name, { dims, type: u8(), bytes: take(u32()) })
    }
  }

  #variable(name: string): Variable {
    const variable = this.#variables.get(name)
    if (variable === undefined) throw new Error(`it lacks ${name}`)
    return variable
  }

  /** A tensor. */
  get(name: string): Weights {
    const { bytes, dims, type } = this.#variable(name)
    if (type !== float16) throw new Error(`its ${name} is not float16`)
    // Within the file a tensor need not begin at an even place.
    return { dims, data: new Uint16Array(Uint8Array.from(bytes).buffer) }
  }

  /** The number of attention heads of `encoder` or `decoder`. */
  heads(stack: string): number {
    const { bytes, type } = this.#variable(`${stack}/num_heads`)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return type === int16 ? view.getInt16(0, true) : view.getInt8(0)
  }

  /** The number of layers of `encoder` or `decoder`. */
  layers(stack: string): number {
    let count = 0
    while (this.#variables.has(`${stack}/layer_${count}/ffn/linear_0/weight`)) count++
    return count
  }
}

/** The part `index` of `count` equal ones, cut along the outermost dimension. */
export const part = (
  { data, dims: [outer = 0, ...inner] }: Weights,
  index: number,
  count: number
): Weights => {
  const length = data.length / count
  return { dims: [outer / count, ...inner], data: data.subarray(index * length, (index + 1) * length) }
}
