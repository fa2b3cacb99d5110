import type { Ct2Weights } from "./Ct2Weights.ts"
import { DataType } from "./OnnxGraph.ts"
import type { Port } from "./OnnxGraph.ts"
import { WhisperLayers } from "./WhisperLayers.ts"
import type { Dimensions } from "./WhisperLayers.ts"

/** What the encoder gives to the decoder: keys and values of its attention to the audio, layer by layer. */
export const crossPorts = ({ decoder, width }: Dimensions): ReadonlyArray<Port> =>
  ["n_layer_cross_k", "n_layer_cross_v"].map((name) => ({
    name,
    type: DataType.float,
    dims: [decoder.layers, "n_audio", "T2", width]
  }))

/** The encoder as ONNX, with the metadata by which sherpa-onnx knows the whole model. */
export const encode = (
  weights: Ct2Weights,
  dimensions: Dimensions,
  metadata: Readonly<Record<string, string>>
): Uint8Array => {
  const { decoder, encoder, mels, width } = dimensions
  const layers = new WhisperLayers(weights, width)
  const { graph } = layers

  const convolution = (x: string, name: string, stride: number) =>
    graph.node("Gelu", [
      graph.node("Conv", [x, layers.named(`${name}/weight`), layers.named(`${name}/bias`)], {
        kernel_shape: [3],
        pads: [1, 1],
        strides: [stride]
      })
    ])
  let x = convolution(convolution("mel", "encoder/conv1", 1), "encoder/conv2", 2)
  x = graph.node("Transpose", [x], { perm: [0, 2, 1] })
  // Only as many positions as there is audio.
  x = graph.node("Add", [
    x,
    graph.node("Slice", [
      layers.named("encoder/position_encodings/encodings"),
      graph.integers(0),
      graph.node("Shape", [x], { start: 1, end: 2 }),
      graph.integers(0)
    ])
  ])

  for (let i = 0; i < encoder.layers; i++) {
    const name = `encoder/layer_${i}`
    const attention = `${name}/self_attention`
    const input = layers.norm(x, `${attention}/layer_norm`)
    const [query, key, value] = [0, 1, 2].map((part) =>
      layers.projection(input, `${attention}/linear_0`, part, 3, part !== 1)
    ) as [string, string, string]
    const heard = layers.attention(query, key, value, encoder.heads)
    x = graph.node("Add", [x, layers.linearOf(heard, `${attention}/linear_1`)])
    x = layers.feedForward(x, `${name}/ffn`)
  }
  x = layers.norm(x, "encoder/layer_norm")

  const keys: Array<string> = []
  const values: Array<string> = []
  for (let i = 0; i < decoder.layers; i++) {
    const name = `decoder/layer_${i}/attention/linear_1`
    for (const [part, list] of [keys, values].entries()) {
      const projected = layers.projection(x, name, part, 2, part === 1)
      list.push(graph.node("Unsqueeze", [projected, graph.integers(0)]))
    }
  }
  graph.nodeOf("Concat", keys, ["n_layer_cross_k"], { axis: 0 })
  graph.nodeOf("Concat", values, ["n_layer_cross_v"], { axis: 0 })
  const mel: Port = { name: "mel", type: DataType.float, dims: ["n_audio", mels, "T"] }
  return graph.encode([mel], crossPorts(dimensions), metadata)
}
