/** The process that hears keywords for all sessions with the same words. Each utterance is searched by itself. */
import { Effect } from "effect"
import { KeywordSpotter } from "sherpa-onnx-node/keyword-spotter.js"
import * as Speech from "../audio/Speech.ts"
import * as EngineRunner from "../engine/EngineRunner.ts"

export interface Load {
  /** Paths. */
  readonly files: {
    readonly encoder: string
    readonly decoder: string
    readonly joiner: string
    readonly tokens: string
  }
  /** Words in the model's tokens; a word is told apart by its place in the list. */
  readonly keywords: ReadonlyArray<ReadonlyArray<string>>
  readonly threads: number
  readonly threshold: number
  readonly score: number
}

/** Mono, 16 kHz. */
export interface Job {
  readonly samples: Float32Array
}

/** The first keyword, by its place in the list, and where it is, in seconds. */
export interface Reply {
  readonly keyword: number
  readonly from: number
  readonly to: number
}

const { sampleRate } = Speech

/** What is searched in one go: between two of them a job can be given up. */
const piece = sampleRate / 10

/** What the model holds back until it has heard some more, in samples of silence. */
const tail = sampleRate

const failed = (cause: unknown) =>
  EngineRunner.problem(cause instanceof Error ? cause.message : String(cause))

const load = ({ files, keywords, score, threads, threshold }: Load) =>
  Effect.try({
    try: () => {
      const { decoder, encoder, joiner, tokens } = files
      const keywordsBuf = keywords.map((word, index) => `${word.join(" ")} @${index}`).join("\n")
      return new KeywordSpotter({
        featConfig: { sampleRate, featureDim: 80 },
        modelConfig: {
          transducer: { encoder, decoder, joiner },
          tokens,
          numThreads: threads,
          provider: "cpu",
          debug: 0
        },
        maxActivePaths: 4,
        numTrailingBlanks: 1,
        keywordsScore: score,
        keywordsThreshold: threshold,
        keywordsBuf,
        keywordsBufSize: Buffer.byteLength(keywordsBuf)
      })
    },
    catch: failed
  })

const spot = Effect.fnUntraced(function* (spotter: KeywordSpotter, { samples }: Job) {
  const stream = yield* Effect.try({ try: () => spotter.createStream(), catch: failed })
  const whole = new Float32Array(samples.length + tail)
  whole.set(samples)
  for (let at = 0; at < whole.length; at += piece) {
    const found = yield* Effect.try({
      try: () => {
        stream.acceptWaveform({ sampleRate, samples: whole.subarray(at, at + piece) })
        while (spotter.isReady(stream)) {
          spotter.decode(stream)
          const result = spotter.getResult(stream)
          if (result.keyword !== "") return result
        }
        return undefined
      },
      catch: failed
    })
    if (found !== undefined) return replyOf(found, at + piece)
    yield* Effect.sleep(0)
  }
  return undefined
})

/** Times of tokens are those at which they begin. */
const replyOf = (
  { keyword, start_time: start = 0, timestamps = [] }: ReturnType<KeywordSpotter["getResult"]>,
  heard: number
): Reply => {
  const latest = heard / sampleRate
  const from = Math.min(start + (timestamps[0] ?? latest), latest)
  return { keyword: Number(keyword), from, to: Math.min(start + (timestamps.at(-1) ?? latest), latest) }
}

const runner = EngineRunner.serve<Load, KeywordSpotter, Job, Reply | undefined>({ load, work: spot })

Effect.runFork(runner)
