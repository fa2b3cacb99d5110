import { resolve } from "node:path"
import { FileSystem } from "@effect/platform"
import { Effect, Exit } from "effect"
import type { Context } from "effect"
import type { Scope } from "effect"
import type { SherpaAsrConfig } from "../config/SherpaAsrConfig.ts"
import * as EngineFiles from "../engine/EngineFiles.ts"
import * as EngineProcess from "../engine/EngineProcess.ts"
import type { EngineSpec } from "../engine/EnginePool.ts"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as FairShare from "../engine/FairShare.ts"
import type { JobFailed } from "../engine/JobFailed.ts"
import * as Advice from "../models/Advice.ts"
import type { ModelStore } from "../models/ModelStore.ts"
import { TranscriptionFailed } from "./Asr.ts"
import type { Asr, Listener } from "./Asr.ts"
import * as AsrLanguages from "./AsrLanguages.ts"
import * as Model from "./SherpaAsrModel.ts"
import type { Job, Load } from "./SherpaAsrWorker.ts"
import * as Transcript from "./Transcript.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

const engine = "sherpa_onnx_asr"
const section = "asr_config.sherpa_onnx_asr"

/** A loaded recogniser, shared by all sessions. */
export interface Recogniser {
  readonly process: EngineProcess.EngineProcess<Job, string>
  readonly share: FairShare.FairShare
  readonly streaming: boolean
  readonly type: Model.SherpaAsrModel["type"]
}

export interface Services {
  readonly store: Context.Tag.Service<typeof ModelStore>
  readonly fs: FileSystem.FileSystem
  /** What relative paths start from. */
  readonly folder: string
}

const unavailable = (reason: Words, advice: Words) =>
  new EngineUnavailable({ kind: "asr", engine, reason, advice })

/** A model, and what to do when it cannot be loaded. */
interface Found {
  readonly model: Model.SherpaAsrModel
  readonly advice: Words
}

/** From the catalogue, or from the files that the configuration names. */
const find = Effect.fn("SherpaAsr.find")(function* (
  { folder, fs, store }: Services,
  config: SherpaAsrConfig
): Effect.fn.Return<Found, EngineUnavailable> {
  if (config.model !== undefined) {
    const found = yield* store
      .obtain("asr", config.model)
      .pipe(Effect.mapError(({ advice, reason }) => unavailable(reason, advice)))
    const described = { ...config, ...found.engine } as SherpaAsrConfig
    const model = Model.fromConfig(described, { locate: (path) => path })
    return "problem" in model
      ? yield* unavailable(model.problem, say("speech.catalogueIncomplete"))
      : { model, advice: Advice.damaged(found.id) }
  }
  const model = Model.fromConfig(config, { locate: (path) => resolve(folder, path) })
  if ("problem" in model) return yield* unavailable(model.problem, say("speech.completeSection", section))
  yield* Effect.forEach(Object.entries(model.files), ([key, path]) =>
    EngineFiles.check({ kind: "asr", engine, section }, key, path)
  ).pipe(Effect.provideService(FileSystem.FileSystem, fs))
  const advice = say("speech.typeAndFiles", section)
  return { model, advice }
})

/** A model ends its process over a language that it does not know. */
const checkLanguage = (type: Model.SherpaAsrModel["type"], language: string) => {
  const known = AsrLanguages.unknownTo(type, language)
  return known === undefined
    ? Effect.void
    : unavailable(
        say("speech.unknownLanguage", JSON.stringify(language.slice(0, 20))),
        say("speech.setLanguage", `${section}.language`, known)
      )
}

/** The recogniser as the pool loads it: one process for all languages and sessions. */
export const spec = (services: Services, config: SherpaAsrConfig): EngineSpec<Recogniser> => {
  // `provider` has no effect: the library's packages are for the CPU.
  const { language, ...shared } = { ...config, provider: undefined }
  return {
    kind: "asr",
    id: `${engine}:${JSON.stringify(shared)}`,
    load: Effect.gen(function* () {
      const { advice, model } = yield* find(services, config)
      const places = config.max_concurrency
      const process = yield* EngineProcess.open<Load, Job, string>({
        module: "SherpaAsrWorker",
        from: import.meta.url,
        kind: "asr",
        engine,
        load: {
          model,
          // A session whose language it is not is refused by itself.
          language: AsrLanguages.unknownTo(model.type, language) === undefined ? language : "auto",
          places
        },
        advice
      })
      return { process, share: FairShare.make(places), streaming: model.streaming, type: model.type }
    })
  }
}

const failed = (error: JobFailed) =>
  new TranscriptionFailed({
    engine,
    detail: error.detail,
    advice: error.reason === "died" ? say("speech.sayAgainStarting") : error.advice
  })

/** The recogniser for one session. */
export const listener = (
  recogniser: Recogniser,
  { language }: SherpaAsrConfig
): Effect.Effect<Asr, EngineUnavailable> => {
  const { process, share, streaming, type } = recogniser
  const member = share.join()
  const ask = (job: Job) => Effect.mapError(process.ask(job), failed)
  const asr: Asr = {
    engine,
    transcribe: (samples) =>
      member
        .run(ask({ _tag: "Transcribe", samples, language }))
        .pipe(Effect.map(Transcript.clean), Effect.withSpan("SherpaAsr.transcribe"))
  }
  return Effect.as(checkLanguage(type, language), streaming ? { ...asr, listen: listen(process, ask) } : asr)
}

let listeners = 0

const lost = new TranscriptionFailed({
  engine,
  detail: say("speech.partLost"),
  advice: say("speech.sayAgain")
})

/** Closing the scope forgets the listener in the process, and waits for nothing. */
const listen = (
  process: Recogniser["process"],
  ask: (job: Job) => Effect.Effect<string, TranscriptionFailed>
): Effect.Effect<Listener, never, Scope.Scope> =>
  Effect.gen(function* () {
    const listener = ++listeners
    let state: "new" | "open" | "lost" | "finished" = "new"
    yield* Effect.addFinalizer(() =>
      state === "new" || state === "finished" ? Effect.void : process.tell({ _tag: "Forget", listener })
    )
    const next = (job: Job, then: "open" | "finished") =>
      Effect.suspend(() => (state === "lost" ? lost : ask(job))).pipe(
        Effect.onExit((exit) => Effect.sync(() => (state = Exit.isSuccess(exit) ? then : "lost"))),
        Effect.map(Transcript.clean)
      )
    return {
      hear: (samples) =>
        Effect.suspend(() => next({ _tag: "Hear", listener, begins: state === "new", samples }, "open")),
      finish: Effect.suspend(() =>
        state === "new" ? Effect.succeed("") : next({ _tag: "Finish", listener }, "finished")
      )
    }
  })
