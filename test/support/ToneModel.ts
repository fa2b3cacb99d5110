import { DataType, OnnxGraph } from "../../src/models/recipes/OnnxGraph.ts"

/** Frames of 10 ms that are heard at once, and the outputs that they give. */
const window = 16
const steps = 2

/** `tokens.txt`: the words by their number; the last one is CTC's blank. */
export const tokens = "▁high 0\n▁low 1\n<blk> 2\n"

/**
 * A recogniser that hears while one speaks, as small as can be, since no package has a real one: it is a streaming CTC
 * model (of NeMo's shape) for sherpa-onnx that says `high` and `low` for tones, and nothing for silence.
 */
export const encode = (): Uint8Array => {
  const graph = new OnnxGraph()
  const mean = (value: string) => graph.node("ReduceMean", [value, graph.integers(1, 2)], { keepdims: 1 })
  const band = (from: number, to: number) =>
    mean(graph.node("Slice", ["audio_signal", graph.integers(from), graph.integers(to), graph.integers(1)]))
  const [low, high] = [band(0, 20), band(50, 80)]
  const loudness = mean("audio_signal")
  const blank = graph.node("Sub", [graph.scalar(silence), loudness])
  const scores = graph.node("Concat", [difference(graph, high, low), difference(graph, low, high), blank], {
    axis: 2
  })
  graph.nodeOf("Expand", [scores, graph.integers(1, steps, 3)], ["logprobs"])
  graph.nodeOf("Identity", ["length"], ["encoded_lengths"])
  for (const name of caches) graph.nodeOf("Identity", [name], [`${name}_next`])
  const cache = { type: DataType.float, dims: [1, 1, 1, 1] }
  const ports = (suffix: string) => [
    { name: `cache_last_channel${suffix}`, ...cache },
    { name: `cache_last_time${suffix}`, ...cache },
    { name: `cache_last_channel_len${suffix}`, type: DataType.int64, dims: [1] }
  ]
  return graph.encode(
    [
      { name: "audio_signal", type: DataType.float, dims: [1, 80, window] },
      { name: "length", type: DataType.int64, dims: [1] },
      ...ports("")
    ],
    [
      { name: "logprobs", type: DataType.float, dims: [1, steps, 3] },
      { name: "encoded_lengths", type: DataType.int64, dims: [1] },
      ...ports("_next")
    ],
    {
      window_size: String(window),
      chunk_shift: String(window),
      subsampling_factor: String(window / steps),
      vocab_size: "2",
      ...Object.fromEntries(
        ["channel", "time"].flatMap((name) => [1, 2, 3].map((dim) => [`cache_last_${name}_dim${dim}`, "1"]))
      )
    }
  )
}

/** What the features of silence stay below, on average. */
const silence = -11

const caches = ["cache_last_channel", "cache_last_time", "cache_last_channel_len"]

const difference = (graph: OnnxGraph, one: string, other: string) => graph.node("Sub", [one, other])

/** A second of a tone, or of silence, at 16 kHz. */
export const tone = (kind: "high" | "low" | "silence"): Float32Array => {
  const frequency = { high: 4000, low: 250, silence: 0 }[kind]
  return Float32Array.from(
    { length: 16_000 },
    (_, at) => 0.5 * Math.sin((2 * Math.PI * frequency * at) / 16_000)
  )
}
