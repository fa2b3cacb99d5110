import { PbfWriter } from "pbf"

/** Element types of ONNX tensors (`TensorProto.DataType` in onnx.proto). */
export const DataType = { float: 1, int8: 3, int64: 7, float16: 10 } as const

/** An attribute: a whole number, several of them, or a number with a fraction. */
export type Attribute = number | ReadonlyArray<number> | { readonly float: number }

/** An input or output of the graph. A dimension without a number has a name. */
export interface Port {
  readonly name: string
  readonly type: number
  readonly dims: ReadonlyArray<number | string>
}

interface Node {
  readonly type: string
  readonly inputs: ReadonlyArray<string>
  readonly outputs: ReadonlyArray<string>
  readonly attributes: Readonly<Record<string, Attribute>>
}

interface Tensor {
  readonly type: number
  readonly dims: ReadonlyArray<number>
  readonly data: Uint8Array
}

const bytesOf = (view: ArrayBufferView) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength)

/** A graph of operations, built up node by node. A value is named by whoever makes it. */
export class OnnxGraph {
  readonly #nodes: Array<Node> = []
  readonly #tensors: Array<Tensor> = []
  readonly #constants = new Map<string, string>()
  #names = 0

  /** A number that no other name in this graph has. */
  fresh(): number {
    return this.#names++
  }

  /** Adds an operation of several outputs. */
  nodeOf(
    type: string,
    inputs: ReadonlyArray<string>,
    outputs: ReadonlyArray<string>,
    attributes: Node["attributes"] = {}
  ): void {
    this.#nodes.push({ type, inputs, outputs, attributes })
  }

  /** Adds an operation and answers the name of its output. */
  node(type: string, inputs: ReadonlyArray<string>, attributes: Node["attributes"] = {}): string {
    const output = `t${this.fresh()}`
    this.nodeOf(type, inputs, [output], attributes)
    return output
  }

  /** Adds constant data and answers its name. */
  tensor(dims: ReadonlyArray<number>, type: number, data: ArrayBufferView): string {
    this.#tensors.push({ type, dims, data: bytesOf(data) })
    return `w${this.#tensors.length - 1}`
  }

  /** A list of whole numbers. */
  integers(...values: ReadonlyArray<number>): string {
    return this.#constant(`list ${values}`, [values.length], DataType.int64, () =>
      BigInt64Array.from(values, BigInt)
    )
  }

  /** One whole number, without a dimension. */
  integer(value: number): string {
    return this.#constant(`integer ${value}`, [], DataType.int64, () => BigInt64Array.of(BigInt(value)))
  }

  /** One number, without a dimension. */
  scalar(value: number): string {
    return this.#constant(`scalar ${value}`, [], DataType.float, () => Float32Array.of(value))
  }

  #constant(key: string, dims: ReadonlyArray<number>, type: number, data: () => ArrayBufferView): string {
    const known = this.#constants.get(key)
    if (known !== undefined) return known
    const name = this.tensor(dims, type, data())
    this.#constants.set(key, name)
    return name
  }

  /** The whole as a `ModelProto`, operator set 20. */
  encode(
    inputs: ReadonlyArray<Port>,
    outputs: ReadonlyArray<Port>,
    metadata: Readonly<Record<string, string>> = {}
  ): Uint8Array {
    const data = this.#tensors.reduce((sum, tensor) => sum + tensor.data.length, 0)
    // Growing by doubling would take three times the memory.
    const writer = new PbfWriter(new Uint8Array(data + 2_000_000))
    writer.writeVarintField(1, 9)
    writer.writeMessage(7, (_, graph) => this.#writeGraph(graph, inputs, outputs), undefined)
    writer.writeMessage(
      8,
      (_, set) => {
        set.writeStringField(1, "")
        set.writeVarintField(2, 20)
      },
      undefined
    )
    writeMetadata(writer, metadata)
    return writer.finish()
  }

  #writeGraph(writer: PbfWriter, inputs: ReadonlyArray<Port>, outputs: ReadonlyArray<Port>): void {
    for (const [index, node] of this.#nodes.entries())
      writer.writeMessage(1, (_, message) => writeNode(node, `n${index}`, message), undefined)
    writer.writeStringField(2, "whisper")
    for (const [index, tensor] of this.#tensors.entries())
      writer.writeMessage(5, (_, message) => writeTensor(tensor, `w${index}`, message), undefined)
    for (const port of inputs) writer.writeMessage(11, writePort, port)
    for (const port of outputs) writer.writeMessage(12, writePort, port)
  }
}

/** `ModelProto.metadata_props`: a field that repeats, so it may be appended to a finished model. */
export const writeMetadata = (writer: PbfWriter, metadata: Readonly<Record<string, string>>): void => {
  for (const [key, value] of Object.entries(metadata))
    writer.writeMessage(
      14,
      (_, entry) => {
        entry.writeStringField(1, key)
        entry.writeStringField(2, value)
      },
      undefined
    )
}

const writeNode = ({ attributes, inputs, outputs, type }: Node, name: string, writer: PbfWriter): void => {
  for (const input of inputs) writer.writeStringField(1, input)
  for (const output of outputs) writer.writeStringField(2, output)
  writer.writeStringField(3, name)
  writer.writeStringField(4, type)
  for (const attribute of Object.entries(attributes)) writer.writeMessage(5, writeAttribute, attribute)
}

/** The last field says which of the others holds the value (`AttributeProto.AttributeType`). */
const writeAttribute = ([name, value]: [string, Attribute], writer: PbfWriter): void => {
  writer.writeStringField(1, name)
  if (typeof value === "number") {
    writer.writeVarintField(3, value)
    writer.writeVarintField(20, 2)
  } else if ("float" in value) {
    writer.writeFloatField(2, value.float)
    writer.writeVarintField(20, 1)
  } else {
    for (const item of value) writer.writeVarintField(8, item)
    writer.writeVarintField(20, 7)
  }
}

const writeTensor = ({ data, dims, type }: Tensor, name: string, writer: PbfWriter): void => {
  for (const dim of dims) writer.writeVarintField(1, dim)
  writer.writeVarintField(2, type)
  writer.writeStringField(8, name)
  writer.writeBytesField(9, data)
}

const writePort = ({ dims, name, type }: Port, writer: PbfWriter): void => {
  const shape = (_: undefined, message: PbfWriter) => {
    for (const dim of dims)
      message.writeMessage(
        1,
        (dim, field) => {
          if (typeof dim === "number") field.writeVarintField(1, dim)
          else field.writeStringField(2, dim)
        },
        dim
      )
  }
  const tensor = (_: undefined, message: PbfWriter) => {
    message.writeVarintField(1, type)
    message.writeMessage(2, shape, undefined)
  }
  writer.writeStringField(1, name)
  writer.writeMessage(2, (_, value) => value.writeMessage(1, tensor, undefined), undefined)
}
