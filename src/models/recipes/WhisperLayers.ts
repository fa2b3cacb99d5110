import { part } from "./Ct2Weights.ts"
import type { Ct2Weights, Weights } from "./Ct2Weights.ts"
import { DataType, OnnxGraph } from "./OnnxGraph.ts"
import * as Quantization from "./Quantization.ts"

/** Sizes of a Whisper. */
export interface Dimensions {
  readonly vocabulary: number
  /** Width of the model. */
  readonly width: number
  /** Bands of the mel spectrum. */
  readonly mels: number
  /** Positions of the audio (20 ms each) and of the text. */
  readonly audioContext: number
  readonly textContext: number
  readonly encoder: { readonly heads: number; readonly layers: number }
  readonly decoder: { readonly heads: number; readonly layers: number }
}

export const dimensionsOf = (weights: Ct2Weights): Dimensions => {
  const [vocabulary = 0, width = 0] = weights.get("decoder/embeddings/weight").dims
  const positions = (stack: string) => weights.get(`${stack}/position_encodings/encodings`).dims[0] ?? 0
  const stack = (name: string) => ({ heads: weights.heads(name), layers: weights.layers(name) })
  return {
    vocabulary,
    width,
    mels: weights.get("encoder/conv1/weight").dims[1] ?? 0,
    audioContext: positions("encoder"),
    textContext: positions("decoder"),
    encoder: stack("encoder"),
    decoder: stack("decoder")
  }
}

/** The layers that a Whisper's encoder and decoder are made of, added to a graph of their own. */
export class WhisperLayers {
  readonly graph = new OnnxGraph()
  readonly weights: Ct2Weights
  readonly #width: number

  constructor(weights: Ct2Weights, width: number) {
    this.weights = weights
    this.#width = width
  }

  /** A tensor as the file has it. */
  half({ data, dims }: Weights): string {
    return this.graph.tensor(dims, DataType.float16, data)
  }

  /** A tensor as float32; the runtime converts it once, when it loads the model. */
  full(weights: Weights): string {
    return this.graph.node("Cast", [this.half(weights)], { to: DataType.float })
  }

  named(name: string): string {
    return this.full(this.weights.get(name))
  }

  norm(x: string, name: string): string {
    const inputs = [x, this.named(`${name}/gamma`), this.named(`${name}/beta`)]
    return this.graph.node("LayerNormalization", inputs, { axis: -1, epsilon: { float: 1e-5 } })
  }

  /** A matrix multiplication in 8 bits: the input is quantized as it comes, the matrix was beforehand. */
  linear(x: string, weights: Weights, bias?: Weights): string {
    const { graph } = this
    const { columns, data, rows, scales } = Quantization.quantize(weights)
    const id = graph.fresh()
    const [quantized, scale, zero] = [`q${id}`, `qs${id}`, `qz${id}`]
    graph.nodeOf("DynamicQuantizeLinear", [x], [quantized, scale, zero])
    const matrix = graph.tensor([rows, columns], DataType.int8, data)
    const product = graph.node("Cast", [graph.node("MatMulInteger", [quantized, matrix, zero])], {
      to: DataType.float
    })
    const back = graph.node("Mul", [scale, graph.tensor([columns], DataType.float, scales)])
    const y = graph.node("Mul", [product, back])
    return bias === undefined ? y : graph.node("Add", [y, this.full(bias)])
  }

  linearOf(x: string, name: string): string {
    return this.linear(x, this.weights.get(`${name}/weight`), this.weights.get(`${name}/bias`))
  }

  /** Part `index` of `count` of a projection that holds several; the second of three or two has no bias: the keys. */
  projection(x: string, name: string, index: number, count: number, biased: boolean): string {
    const weights = part(this.weights.get(`${name}/weight`), index, count)
    return this.linear(x, weights, biased ? part(this.weights.get(`${name}/bias`), index, count) : undefined)
  }

  #split(x: string, heads: number, perm: ReadonlyArray<number>): string {
    const shape = this.graph.integers(0, 0, heads, this.#width / heads)
    return this.graph.node("Transpose", [this.graph.node("Reshape", [x, shape])], { perm })
  }

  attention(query: string, key: string, value: string, heads: number, mask?: string): string {
    const { graph } = this
    const scaled = graph.node("Mul", [
      this.#split(query, heads, [0, 2, 1, 3]),
      graph.scalar((this.#width / heads) ** -0.5)
    ])
    const scores = graph.node("MatMul", [scaled, this.#split(key, heads, [0, 2, 3, 1])])
    const masked = mask === undefined ? scores : graph.node("Add", [scores, mask])
    const sums = graph.node("MatMul", [
      graph.node("Softmax", [masked], { axis: -1 }),
      this.#split(value, heads, [0, 2, 1, 3])
    ])
    const joined = graph.node("Transpose", [sums], { perm: [0, 2, 1, 3] })
    return graph.node("Reshape", [joined, graph.integers(0, 0, this.#width)])
  }

  /** The feed-forward part of a layer, with the way around it. */
  feedForward(x: string, name: string): string {
    const inner = this.linearOf(this.norm(x, `${name}/layer_norm`), `${name}/linear_0`)
    return this.graph.node("Add", [x, this.linearOf(this.graph.node("Gelu", [inner]), `${name}/linear_1`)])
  }
}
