import type { Ct2Weights } from "./Ct2Weights.ts"
import { DataType } from "./OnnxGraph.ts"
import type { OnnxGraph, Port } from "./OnnxGraph.ts"
import { crossPorts } from "./WhisperEncoder.ts"
import { WhisperLayers } from "./WhisperLayers.ts"
import type { Dimensions } from "./WhisperLayers.ts"

/** Keys and values of the text so far, layer by layer; `offset` tokens of them count. */
const cache = (name: string, { decoder, textContext, width }: Dimensions): Port => ({
  name,
  type: DataType.float,
  dims: [decoder.layers, "n_audio", textContext, width]
})

/** No token sees those that come after it. */
const maskOf = (graph: OnnxGraph, end: string): string => {
  const single = (value: string) => graph.node("Squeeze", [value, graph.integers(0)])
  const range = (from: string, to: string) => graph.node("Range", [from, to, graph.integer(1)])
  const rows = graph.node("Unsqueeze", [range(single("offset"), single(end)), graph.integers(1)])
  const columns = range(graph.integer(0), single(end))
  return graph.node("Where", [graph.node("Greater", [columns, rows]), graph.scalar(-1e9), graph.scalar(0)])
}

/** The decoder as ONNX: one step from `tokens`, the caches and what the encoder gave to `logits` and new caches. */
export const encode = (weights: Ct2Weights, dimensions: Dimensions): Uint8Array => {
  const { decoder, textContext, vocabulary, width } = dimensions
  const layers = new WhisperLayers(weights, width)
  const { graph } = layers

  const embeddings = weights.get("decoder/embeddings/weight")
  const table = layers.half(embeddings)
  const end = graph.node("Add", ["offset", graph.node("Shape", ["tokens"], { start: 1, end: 2 })])
  let x = graph.node("Add", [
    graph.node("Cast", [graph.node("Gather", [table, "tokens"])], { to: DataType.float }),
    graph.node("Slice", [
      layers.named("decoder/position_encodings/encodings"),
      "offset",
      end,
      graph.integers(0)
    ])
  ])
  const mask = maskOf(graph, end)

  const caches = { k: [] as Array<string>, v: [] as Array<string> }
  for (let i = 0; i < decoder.layers; i++) {
    const name = `decoder/layer_${i}`
    const own = `${name}/self_attention`
    const input = layers.norm(x, `${own}/layer_norm`)
    /** All keys or values so far, and the cache with them. */
    const remembered = (which: "k" | "v", part: number) => {
      const before = graph.node("Gather", [`in_n_layer_self_${which}_cache`, graph.integer(i)], { axis: 0 })
      const fresh = layers.projection(input, `${own}/linear_0`, part, 3, which === "v")
      const kept = graph.node("Slice", [before, graph.integers(0), "offset", graph.integers(1)])
      const all = graph.node("Concat", [kept, fresh], { axis: 1 })
      const rest = graph.node("Slice", [before, end, graph.integers(textContext), graph.integers(1)])
      const filled = graph.node("Concat", [all, rest], { axis: 1 })
      caches[which].push(graph.node("Unsqueeze", [filled, graph.integers(0)]))
      return all
    }
    const query = layers.projection(input, `${own}/linear_0`, 0, 3, true)
    const said = layers.attention(query, remembered("k", 1), remembered("v", 2), decoder.heads, mask)
    x = graph.node("Add", [x, layers.linearOf(said, `${own}/linear_1`)])

    const cross = `${name}/attention`
    const question = layers.linearOf(layers.norm(x, `${cross}/layer_norm`), `${cross}/linear_0`)
    const ofLayer = (port: string) => graph.node("Gather", [port, graph.integer(i)], { axis: 0 })
    const heard = layers.attention(
      question,
      ofLayer("n_layer_cross_k"),
      ofLayer("n_layer_cross_v"),
      decoder.heads
    )
    x = graph.node("Add", [x, layers.linearOf(heard, `${cross}/linear_2`)])
    x = layers.feedForward(x, `${name}/ffn`)
  }

  const last = layers.norm(x, "decoder/layer_norm")
  // Not in 8 bits like the other matrices: that costs the larger models words, above all the last ones.
  const turned = graph.node("Transpose", [graph.node("Cast", [table], { to: DataType.float })], {
    perm: [1, 0]
  })
  const logits = graph.node("MatMul", [last, turned])
  graph.nodeOf("Identity", [logits], ["logits"])
  graph.nodeOf("Concat", caches.k, ["out_n_layer_self_k_cache"], { axis: 0 })
  graph.nodeOf("Concat", caches.v, ["out_n_layer_self_v_cache"], { axis: 0 })
  const cachesOf = (way: string) =>
    ["k", "v"].map((which) => cache(`${way}_n_layer_self_${which}_cache`, dimensions))
  return graph.encode(
    [
      { name: "tokens", type: DataType.int64, dims: ["n_audio", "n_tokens"] },
      ...cachesOf("in"),
      ...crossPorts(dimensions),
      { name: "offset", type: DataType.int64, dims: [1] }
    ],
    [{ name: "logits", type: DataType.float, dims: ["n_audio", "n_tokens", vocabulary] }, ...cachesOf("out")]
  )
}
