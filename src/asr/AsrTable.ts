import { FileSystem } from "@effect/platform"
import { NodeHttpClient } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import type { Scope } from "effect"
import type { AsrConfig } from "../config/AsrConfig.ts"
import { Settings } from "../config/Settings.ts"
import { EnginePool } from "../engine/EnginePool.ts"
import * as EngineTable from "../engine/EngineTable.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as ServiceAddress from "../engine/ServiceAddress.ts"
import { ModelStore } from "../models/ModelStore.ts"
import { AsrEngines, TranscriptionFailed } from "./Asr.ts"
import type { Asr } from "./Asr.ts"
import * as AzureAsr from "./AzureAsr.ts"
import * as DeepgramAsr from "./DeepgramAsr.ts"
import * as OpenAiAsr from "./OpenAiAsr.ts"
import * as RemoteRecogniser from "./RemoteRecogniser.ts"
import * as SherpaAsr from "./SherpaAsr.ts"
import * as WhisperCppAsr from "./WhisperCppAsr.ts"
import * as WyomingAsr from "./WyomingAsr.ts"
import * as WyomingPrograms from "./WyomingPrograms.ts"
import { say } from "../language/Text.ts"

type Open = (config: AsrConfig) => Effect.Effect<Asr, EngineUnavailable, Scope.Scope>
type AsrName = NonNullable<AsrConfig["asr_model"]>

/** From `asr_model` to the recogniser. */
const table = Effect.gen(function* () {
  const pool = yield* EnginePool
  const http = yield* NodeHttpClient.Dispatcher
  const services: SherpaAsr.Services = {
    store: yield* ModelStore,
    fs: yield* FileSystem.FileSystem,
    folder: (yield* Settings).folder
  }
  /** A recogniser elsewhere: what its sessions share is kept by the pool, by its whole configuration unless `identity` says. */
  const remote = (
    service: RemoteRecogniser.Service,
    identity: object,
    listen?: DeepgramAsr.Deepgram["listen"]
  ) =>
    Effect.map(
      pool.borrow(RemoteRecogniser.spec(service, { ...identity, address: service.about.address })),
      (shared) => RemoteRecogniser.open(shared, service, listen)
    )
  const located = <A>(service: Effect.Effect<A, ServiceAddress.NoAddress>, engine: AsrName) =>
    ServiceAddress.orUnavailable(service, "asr", engine)
  const managed = (program: WyomingPrograms.Program) =>
    Effect.map(pool.borrow(WyomingPrograms.spec(services.folder, program)), (ears) =>
      WyomingAsr.listener(ears, WyomingPrograms.wishOf(program))
    )
  const recognisers: Readonly<Record<AsrName, Open>> = {
    sherpa_onnx_asr: ({ sherpa_onnx_asr }) =>
      sherpa_onnx_asr === undefined
        ? Effect.fail(noSection("sherpa_onnx_asr"))
        : Effect.flatMap(pool.borrow(SherpaAsr.spec(services, sherpa_onnx_asr)), (recogniser) =>
            SherpaAsr.listener(recogniser, sherpa_onnx_asr)
          ),
    whisper_cpp: ({ whisper_cpp }) =>
      whisper_cpp === undefined
        ? Effect.fail(noSection("whisper_cpp"))
        : remote(WhisperCppAsr.service(http, whisper_cpp), WhisperCppAsr.identity(whisper_cpp)),
    openai_asr: ({ openai_asr: config }) =>
      config === undefined
        ? Effect.fail(noSection("openai_asr"))
        : Effect.flatMap(located(OpenAiAsr.openAi(http, config), "openai_asr"), (service) =>
            remote(service, config)
          ),
    groq_whisper_asr: ({ groq_whisper_asr: config }) =>
      config === undefined
        ? Effect.fail(noSection("groq_whisper_asr"))
        : Effect.flatMap(located(OpenAiAsr.groq(http, config), "groq_whisper_asr"), (service) =>
            remote(service, config)
          ),
    deepgram_asr: ({ deepgram_asr: config }) =>
      config === undefined
        ? Effect.fail(noSection("deepgram_asr"))
        : Effect.flatMap(located(DeepgramAsr.make(http, config), "deepgram_asr"), ({ listen, service }) =>
            remote(service, config, listen)
          ),
    azure_asr: ({ azure_asr: config }) =>
      config === undefined
        ? Effect.fail(noSection("azure_asr"))
        : Effect.flatMap(located(AzureAsr.service(http, config), "azure_asr"), (service) =>
            remote(service, config)
          ),
    wyoming_asr: ({ wyoming_asr }) =>
      wyoming_asr === undefined
        ? Effect.fail(noSection("wyoming_asr"))
        : Effect.map(pool.borrow(WyomingAsr.spec(services.folder, wyoming_asr)), (ears) =>
            WyomingAsr.listener(ears, WyomingAsr.wishOf(wyoming_asr))
          ),
    faster_whisper: ({ faster_whisper }) =>
      faster_whisper === undefined
        ? Effect.fail(noSection("faster_whisper"))
        : managed(WyomingPrograms.fasterWhisper(faster_whisper)),
    whisper: ({ whisper }) =>
      whisper === undefined
        ? Effect.fail(noSection("whisper"))
        : managed(WyomingPrograms.openAiWhisper(whisper)),
    fun_asr: ({ fun_asr }) =>
      fun_asr === undefined ? Effect.fail(noSection("fun_asr")) : managed(WyomingPrograms.funAsr(fun_asr))
  }
  return recognisers
})

/** A character that has no recogniser says so when somebody speaks to it, not before. */
const deaf: Asr = {
  engine: "asr_model",
  transcribe: () =>
    Effect.fail(
      new TranscriptionFailed({
        engine: "asr_model",
        detail: say("speech.noRecogniser"),
        advice: say("speech.typeInstead")
      })
    )
}

export const layer = Layer.effect(
  AsrEngines,
  Effect.map(table, (recognisers) => ({
    open: (config: AsrConfig) =>
      config.asr_model === undefined ? Effect.succeed(deaf) : recognisers[config.asr_model](config)
  }))
)

const noSection = (engine: string) => EngineTable.noSection("asr", "asr_config", engine)
