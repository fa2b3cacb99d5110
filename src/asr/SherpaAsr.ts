import { resolve } from "node:path"
import { FileSystem } from "@effect/platform"
import { Context, Effect } from "effect"
import type { Scope } from "effect"
import type { SherpaAsrConfig } from "../config/SherpaAsrConfig.ts"
import * as EngineFiles from "../engine/EngineFiles.ts"
import * as EngineProcess from "../engine/EngineProcess.ts"
import type { EngineSpec } from "../engine/EnginePool.ts"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as FairShare from "../engine/FairShare.ts"
import type { ModelStore } from "../models/ModelStore.ts"
import { TranscriptionFailed } from "./Asr.ts"
import type { Asr, Listener } from "./Asr.ts"
import * as Model from "./SherpaAsrModel.ts"
import type { Job, Load } from "./SherpaAsrWorker.ts"
import * as Transcript from "./Transcript.ts"
import * as WhisperLanguages from "./WhisperLanguages.ts"

const engine = "sherpa_onnx_asr"
const section = "asr_config.sherpa_onnx_asr"

/** A loaded recogniser, shared by all sessions. */
export interface Recogniser {
  readonly process: EngineProcess.EngineProcess<Job, string>
  readonly share: FairShare.FairShare
  readonly streaming: boolean
  readonly notice?: string
}

export interface Services {
  readonly store: Context.Tag.Service<typeof ModelStore>
  readonly fs: FileSystem.FileSystem
  /** What relative paths start from. */
  readonly folder: string
}

const unavailable = (reason: string, advice: string) =>
  new EngineUnavailable({ kind: "asr", engine, reason, advice })

/** From the catalogue, or from the files that the configuration names. */
const find = Effect.fn("SherpaAsr.find")(function* (
  { folder, fs, store }: Services,
  config: SherpaAsrConfig
): Effect.fn.Return<Model.SherpaAsrModel, EngineUnavailable> {
  if (config.model !== undefined) {
    const found = yield* store
      .obtain("asr", config.model)
      .pipe(Effect.mapError(({ advice, reason }) => unavailable(reason, advice)))
    const described = { ...config, ...found.engine } as SherpaAsrConfig
    const model = Model.fromConfig(described, { locate: (path) => path })
    return "problem" in model
      ? yield* unavailable(model.problem, "The catalogue's entry is not complete.")
      : model
  }
  const model = Model.fromConfig(config, { locate: (path) => resolve(folder, path) })
  if ("problem" in model)
    return yield* unavailable(
      model.problem,
      `Complete ${section}, or set ${section}.model to auto for a model that is fetched by itself.`
    )
  yield* Effect.forEach(Object.entries(model.files), ([key, path]) =>
    EngineFiles.check({ kind: "asr", engine, section }, key, path)
  ).pipe(Effect.provideService(FileSystem.FileSystem, fs))
  return model
})

/** The recogniser as the pool loads it: one process for all languages and sessions. */
export const spec = (services: Services, config: SherpaAsrConfig): EngineSpec<Recogniser> => {
  const { language, ...shared } = config
  return {
    kind: "asr",
    id: `${engine}:${JSON.stringify(shared)}`,
    load: Effect.gen(function* () {
      const model = yield* find(services, config)
      const places = config.max_concurrency
      const process = yield* EngineProcess.open<Load, Job, string>({
        module: "SherpaAsrWorker",
        from: import.meta.url,
        kind: "asr",
        engine,
        load: { model, language, places },
        advice: `Check that ${section}.model_type and the files belong together, or set ${section}.model to auto.`
      })
      return { process, share: FairShare.make(places), streaming: model.streaming }
    })
  }
}

const failed = (error: EngineProcess.JobFailed) =>
  new TranscriptionFailed({
    engine,
    detail: error.detail,
    advice: error.reason === "died" ? "It is being started anew: please say that again." : error.advice
  })

/** The recogniser for one session. */
export const listener = (
  recogniser: Recogniser,
  { language }: SherpaAsrConfig
): Effect.Effect<Asr, EngineUnavailable> => {
  if (!WhisperLanguages.isKnown(language)) {
    const advice = `Set ${section}.language to a code such as en, zh or ja, or to auto.`
    return Effect.fail(unavailable(`it knows no language ${JSON.stringify(language.slice(0, 20))}`, advice))
  }
  const { process, share, streaming } = recogniser
  const member = share.join()
  const ask = (job: Job) => Effect.mapError(process.ask(job), failed)
  const asr: Asr = {
    engine,
    transcribe: (samples) =>
      member
        .run(ask({ _tag: "Transcribe", samples, language }))
        .pipe(Effect.map(Transcript.clean), Effect.withSpan("SherpaAsr.transcribe"))
  }
  return Effect.succeed(streaming ? { ...asr, listen: listen(ask) } : asr)
}

let listeners = 0

const listen = (
  ask: (job: Job) => Effect.Effect<string, TranscriptionFailed>
): Effect.Effect<Listener, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => ++listeners),
      (listener) => Effect.ignore(ask({ _tag: "Forget", listener }))
    ),
    (listener) => ({
      hear: (samples) => Effect.map(ask({ _tag: "Hear", listener, samples }), Transcript.clean),
      finish: Effect.map(ask({ _tag: "Finish", listener }), Transcript.clean)
    })
  )
