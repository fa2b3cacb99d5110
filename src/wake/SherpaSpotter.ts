import { resolve } from "node:path"
import { FileSystem } from "@effect/platform"
import { Effect, Layer, Option } from "effect"
import type { Context } from "effect"
import * as Speech from "../audio/Speech.ts"
import type { WakeWordConfig } from "../config/WakeWordConfig.ts"
import { Settings } from "../config/Settings.ts"
import * as EngineFiles from "../engine/EngineFiles.ts"
import { EnginePool } from "../engine/EnginePool.ts"
import type { EngineSpec } from "../engine/EnginePool.ts"
import * as EngineProcess from "../engine/EngineProcess.ts"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as FairShare from "../engine/FairShare.ts"
import * as Threads from "../engine/Threads.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"
import * as Advice from "../models/Advice.ts"
import { ModelStore } from "../models/ModelStore.ts"
import { KeywordSpotters, SpottingFailed } from "./KeywordSpotter.ts"
import type { KeywordSpotter } from "./KeywordSpotter.ts"
import * as KeywordTokens from "./KeywordTokens.ts"
import type { Job, Load, Reply } from "./SherpaSpotterWorker.ts"
import * as WakeText from "./WakeText.ts"
import * as WakeWords from "./WakeWords.ts"

const engine = "keyword_spotter"
const section = "wake_word.keyword_spotter"
const kind = "wake"

interface Services {
  readonly store: Context.Tag.Service<typeof ModelStore>
  readonly fs: FileSystem.FileSystem
  /** What relative paths start from. */
  readonly folder: string
}

const unavailable = (reason: Words, advice: Words) => new EngineUnavailable({ kind, engine, reason, advice })

const keys = ["encoder", "decoder", "joiner", "tokens"] as const
type Files = Load["files"]

/** The catalogue's model for a character; undefined if it names files of its own. A model knows one language: the words'. */
export const modelFor = ({ keyword_spotter, wake_words }: WakeWordConfig): string | undefined => {
  if (keys.some((key) => (keyword_spotter[key] ?? "") !== "")) return undefined
  if (keyword_spotter.model !== "auto") return keyword_spotter.model
  return WakeWords.listed(wake_words).some(({ word }) => WakeText.isHan(word))
    ? "kws-wenetspeech"
    : "kws-gigaspeech"
}

/** The four files, from the catalogue or as the configuration names them. */
const find = Effect.fn("SherpaSpotter.find")(function* (
  { folder, fs, store }: Services,
  wakeWord: WakeWordConfig
) {
  const config = wakeWord.keyword_spotter
  const model = modelFor(wakeWord)
  if (model !== undefined) {
    const found = yield* store
      .obtain(kind, model)
      .pipe(Effect.mapError(({ advice, reason }) => unavailable(reason, advice)))
    return { files: found.engine as unknown as Files, advice: Advice.damaged(found.id) }
  }
  const missing = keys.find((key) => (config[key] ?? "") === "")
  if (missing !== undefined)
    return yield* unavailable(say("wake.fileMissing", missing), say("wake.completeOrNone", section))
  const files = Object.fromEntries(
    keys.map((key) => [key, resolve(folder, config[key]!)])
  ) as unknown as Files
  yield* Effect.forEach(keys, (key) => EngineFiles.check({ kind, engine, section }, key, files[key])).pipe(
    Effect.provideService(FileSystem.FileSystem, fs)
  )
  return { files, advice: say("wake.filesBelongTogether", section) }
})

/** Words in the model's tokens. It ends its process over what it cannot write. */
const encode = Effect.fn("SherpaSpotter.encode")(function* (
  { fs }: Services,
  { tokens }: Files,
  words: ReadonlyArray<WakeWords.Word>
) {
  const text = yield* Effect.mapError(fs.readFileString(tokens), () =>
    unavailable(say("wake.tokensUnreadable"), say("wake.fetchOrCorrect"))
  )
  const vocabulary = KeywordTokens.read(text)
  return yield* Effect.forEach(words, ({ word }) =>
    Effect.flatMap(KeywordTokens.of(vocabulary, word), (found) =>
      found === undefined
        ? unavailable(
            say("wake.cannotWrite", JSON.stringify(word.slice(0, 60))),
            say("wake.otherWordOrTranscript")
          )
        : Effect.succeed(found)
    )
  )
})

interface Engine {
  readonly process: EngineProcess.EngineProcess<Job, Reply | undefined>
  readonly share: FairShare.FairShare
}

/** One process for all sessions with the same words. */
const spec = (
  services: Services,
  config: WakeWordConfig,
  words: ReadonlyArray<WakeWords.Word>
): EngineSpec<Engine> => {
  const spotter = config.keyword_spotter
  return {
    kind,
    id: `${engine}:${JSON.stringify([spotter, words])}`,
    load: Effect.gen(function* () {
      const { advice, files } = yield* find(services, config)
      const process = yield* EngineProcess.open<Load, Job, Reply | undefined>({
        module: "SherpaSpotterWorker",
        from: import.meta.url,
        kind,
        engine,
        load: {
          files,
          keywords: yield* encode(services, files, words),
          threads: Threads.atMost(spotter.num_threads),
          threshold: spotter.threshold,
          score: spotter.score
        },
        advice
      })
      return { process, share: FairShare.make(1) }
    })
  }
}

const spotterOf = ({ process, share }: Engine, words: ReadonlyArray<WakeWords.Word>): KeywordSpotter => {
  const member = share.join()
  return {
    engine,
    spot: Effect.fn("SherpaSpotter.spot")((samples) =>
      member.run(process.ask({ samples })).pipe(
        Effect.mapBoth({
          onSuccess: (reply) => {
            const word = reply && words[reply.keyword]
            return reply === undefined || word === undefined
              ? Option.none()
              : Option.some({ ...word, from: placeOf(reply.from, samples), to: placeOf(reply.to, samples) })
          },
          onFailure: ({ detail }) => new SpottingFailed({ engine, detail, advice: say("speech.sayAgain") })
        })
      )
    )
  }
}

const placeOf = (seconds: number, { length }: Float32Array) =>
  Math.max(0, Math.min(length, Math.round(seconds * Speech.sampleRate)))

export const layer = Layer.effect(
  KeywordSpotters,
  Effect.gen(function* () {
    const pool = yield* EnginePool
    const services: Services = {
      store: yield* ModelStore,
      fs: yield* FileSystem.FileSystem,
      folder: (yield* Settings).folder
    }
    return {
      open: (config: WakeWordConfig) => {
        const words = WakeWords.listed(config.wake_words)
        return Effect.map(pool.borrow(spec(services, config, words)), (loaded) => spotterOf(loaded, words))
      }
    }
  })
)
