import { FileSystem } from "@effect/platform"
import { Effect } from "effect"
import { DataType, OnnxGraph } from "../../src/models/recipes/OnnxGraph.ts"

/** Frames of 10 ms that are heard at once, and the outputs that they give. */
const window = 16
const steps = 4
const vocabulary = 3

/** `tokens.txt`: a transducer's blank is the first. */
const tokens = "<blk> 0\n▁HIGH 1\n▁LOW 2\n"

/** What the features of silence stay below, on average. */
const silence = -11
/** How much louder its half of the spectrum is than the other one in a tone, and not where a tone begins or ends. */
const margin = 3

const caches = ["h", "c"]

const encoder = (): Uint8Array => {
  const graph = new OnnxGraph()
  const perStep = (value: string) => {
    const frames = graph.node("ReduceMean", [value, graph.integers(2)], { keepdims: 1 })
    const parts = graph.node("Reshape", [frames, graph.integers(1, steps, window / steps)])
    return graph.node("ReduceMean", [parts, graph.integers(2)], { keepdims: 1 })
  }
  const band = (from: number, to: number) =>
    perStep(graph.node("Slice", ["x", graph.integers(from), graph.integers(to), graph.integers(2)]))
  const [low, high] = [band(0, 20), band(50, 80)]
  const above = (one: string, other: string) =>
    graph.node("Sub", [graph.node("Sub", [one, other]), graph.scalar(margin)])
  const scores = graph.node(
    "Concat",
    [graph.node("Sub", [graph.scalar(silence), perStep("x")]), above(high, low), above(low, high)],
    { axis: 2 }
  )
  graph.nodeOf("Identity", [scores], ["encoder_out"])
  for (const name of caches) graph.nodeOf("Identity", [name], [`next_${name}`])
  const ports = (prefix: string) =>
    caches.map((name) => ({ name: `${prefix}${name}`, type: DataType.float, dims: [1, 1, 1] }))
  return graph.encode(
    [{ name: "x", type: DataType.float, dims: [1, window, 80] }, ...ports("")],
    [{ name: "encoder_out", type: DataType.float, dims: [1, steps, vocabulary] }, ...ports("next_")],
    {
      model_type: "lstm",
      num_encoder_layers: "1",
      T: String(window),
      decode_chunk_len: String(window),
      rnn_hidden_size: "1",
      d_model: "1"
    }
  )
}

/** The last word, so that it is not said twice in a row. */
const decoder = (): Uint8Array => {
  const graph = new OnnxGraph()
  const last = graph.node("Gather", ["y", graph.integer(1)], { axis: 1 })
  const values = graph.tensor([2], DataType.float, Float32Array.of(0, -100))
  const hot = graph.node("OneHot", [last, graph.integer(vocabulary), values], { axis: -1 })
  const blank = graph.tensor([vocabulary], DataType.float, Float32Array.of(0, 1, 1))
  graph.nodeOf("Mul", [hot, blank], ["decoder_out"])
  return graph.encode(
    [{ name: "y", type: DataType.int64, dims: ["N", 2] }],
    [{ name: "decoder_out", type: DataType.float, dims: ["N", vocabulary] }],
    { vocab_size: String(vocabulary), context_size: "2" }
  )
}

const joiner = (): Uint8Array => {
  const graph = new OnnxGraph()
  graph.nodeOf("Add", ["encoder_out", "decoder_out"], ["logit"])
  return graph.encode(
    [
      { name: "encoder_out", type: DataType.float, dims: ["N", vocabulary] },
      { name: "decoder_out", type: DataType.float, dims: ["N", vocabulary] }
    ],
    [{ name: "logit", type: DataType.float, dims: ["N", vocabulary] }],
    { joiner_dim: String(vocabulary) }
  )
}

/**
 * The files of a streaming transducer, as small as can be, since no package has a real one: it says HIGH and LOW for
 * tones, once for each, and nothing for silence.
 */
export const write = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped()
  const files = {
    encoder: `${folder}/encoder.onnx`,
    decoder: `${folder}/decoder.onnx`,
    joiner: `${folder}/joiner.onnx`,
    tokens: `${folder}/tokens.txt`
  }
  yield* fs.writeFile(files.encoder, encoder())
  yield* fs.writeFile(files.decoder, decoder())
  yield* fs.writeFile(files.joiner, joiner())
  yield* fs.writeFileString(files.tokens, tokens)
  return files
})
