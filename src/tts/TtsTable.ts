import { FileSystem } from "@effect/platform"
import { NodeHttpClient } from "@effect/platform-node"
import type * as Undici from "@effect/platform-node/Undici"
import { Effect, Layer } from "effect"
import type { Scope } from "effect"
import { Decode } from "../audio/Decode.ts"
import * as Speech from "../audio/Speech.ts"
import { Settings } from "../config/Settings.ts"
import { gptSovitsOf, sectionOf } from "../config/TtsConfig.ts"
import type { TtsConfig } from "../config/TtsConfig.ts"
import type { VoiceName } from "../config/VoiceNames.ts"
import { EnginePool } from "../engine/EnginePool.ts"
import * as EngineTable from "../engine/EngineTable.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as ServiceAddress from "../engine/ServiceAddress.ts"
import { ModelStore } from "../models/ModelStore.ts"
import { Alarms } from "../supervision/Alarms.ts"
import * as AzureTts from "./AzureTts.ts"
import * as BarkTts from "./BarkTts.ts"
import * as CartesiaTts from "./CartesiaTts.ts"
import * as CommandTts from "./CommandTts.ts"
import * as CoquiTts from "./CoquiTts.ts"
import * as CosyVoiceTts from "./CosyVoiceTts.ts"
import * as EdgeTts from "./EdgeTts.ts"
import * as ElevenLabsTts from "./ElevenLabsTts.ts"
import * as FishTts from "./FishTts.ts"
import * as FliteTts from "./FliteTts.ts"
import * as GptSovitsTts from "./GptSovitsTts.ts"
import * as MeloTts from "./MeloTts.ts"
import * as MiniMaxTts from "./MiniMaxTts.ts"
import * as OpenAiTts from "./OpenAiTts.ts"
import * as RemoteVoice from "./RemoteVoice.ts"
import { PhraseCache } from "./PhraseCache.ts"
import * as PiperTts from "./PiperTts.ts"
import * as Pyttsx3Tts from "./Pyttsx3Tts.ts"
import * as SiliconFlowTts from "./SiliconFlowTts.ts"
import * as SherpaTts from "./SherpaTts.ts"
import * as WyomingTts from "./WyomingTts.ts"
import * as SparkTts from "./SparkTts.ts"
import { TtsEngines } from "./Tts.ts"
import type { Tts } from "./Tts.ts"
import * as VoiceIdentity from "./VoiceIdentity.ts"
import * as XTts from "./XTts.ts"

/** A voice, and where its service is, if it has one. */
type Opened = Tts & { readonly address?: string }
type Open = (config: TtsConfig) => Effect.Effect<Opened, EngineUnavailable, Scope.Scope>

/** From `tts_model` to the voice. */
const table = Effect.gen(function* () {
  const pool = yield* EnginePool
  const http = yield* NodeHttpClient.Dispatcher
  const decode = yield* Decode
  const alarms = yield* Alarms
  const fs = yield* FileSystem.FileSystem
  const { folder } = yield* Settings
  const gradio = { http, fs, folder }
  const local = { fs, folder, decode, store: yield* ModelStore }
  /** A voice elsewhere: what its sessions share is kept by the pool, by its whole configuration. */
  const remote = (service: RemoteVoice.Service, config: object) =>
    Effect.map(pool.borrow(RemoteVoice.spec(service, config)), (shared) => ({
      ...RemoteVoice.open({ alarms, decode }, shared, service),
      address: service.about.address
    }))
  /** One whose section may be missing. */
  const cloud =
    <Name extends VoiceName>(
      name: Name,
      service: (
        http: Undici.Dispatcher,
        section: NonNullable<TtsConfig[Name]>
      ) => Effect.Effect<RemoteVoice.Service, ServiceAddress.NoAddress>
    ): Open =>
    ({ [name]: section }) =>
      section === undefined
        ? noSection(name)
        : Effect.flatMap(ServiceAddress.orUnavailable(service(http, section), "tts", name), (voice) =>
            remote(voice, section)
          )
  const voices: Readonly<Record<VoiceName, Open>> = {
    flite_tts: ({ flite_tts }) =>
      Effect.flatMap(pool.borrow(FliteTts.spec(flite_tts)), (flite) => FliteTts.voice(flite, flite_tts)),
    sherpa_onnx_tts: ({ sherpa_onnx_tts: config }) =>
      config === undefined
        ? noSection("sherpa_onnx_tts")
        : Effect.flatMap(pool.borrow(SherpaTts.spec(local, config)), (sherpa) =>
            SherpaTts.voice(sherpa, config)
          ),
    piper_tts: ({ piper_tts: config }) =>
      config === undefined
        ? noSection("piper_tts")
        : Effect.flatMap(pool.borrow(PiperTts.spec(local, config)), (piper) => PiperTts.voice(piper, config)),
    command_tts: ({ command_tts: config }) =>
      config === undefined
        ? noSection("command_tts")
        : Effect.map(pool.borrow(CommandTts.spec(config)), (share) => CommandTts.voice(local, share, config)),
    openai_tts: cloud("openai_tts", OpenAiTts.service),
    azure_tts: cloud("azure_tts", AzureTts.service),
    edge_tts: cloud("edge_tts", EdgeTts.service),
    elevenlabs_tts: cloud("elevenlabs_tts", ElevenLabsTts.service),
    cartesia_tts: cloud("cartesia_tts", CartesiaTts.service),
    minimax_tts: cloud("minimax_tts", MiniMaxTts.service),
    siliconflow_tts: cloud("siliconflow_tts", SiliconFlowTts.service),
    fish_api_tts: cloud("fish_api_tts", FishTts.service),
    wyoming_tts: ({ wyoming_tts: config }) =>
      config === undefined
        ? noSection("wyoming_tts")
        : Effect.map(pool.borrow(WyomingTts.spec(folder, config)), (mouth) =>
            WyomingTts.voice(alarms, mouth, config)
          ),
    gpt_sovits_tts: (config) => {
      const section = gptSovitsOf(config)
      const name = config.gpt_sovits_tts === undefined ? "gpt_sovits" : "gpt_sovits_tts"
      return section === undefined
        ? noSection("gpt_sovits_tts")
        : remote(GptSovitsTts.service(http, name, section), section)
    },
    x_tts: cloud("x_tts", XTts.service),
    coqui_tts: cloud("coqui_tts", CoquiTts.service),
    bark_tts: cloud("bark_tts", BarkTts.service),
    cosyvoice_tts: cloud("cosyvoice_tts", (_, section) =>
      Effect.succeed(CosyVoiceTts.service(gradio, "cosyvoice_tts", section))
    ),
    cosyvoice2_tts: cloud("cosyvoice2_tts", (_, section) =>
      Effect.succeed(CosyVoiceTts.service(gradio, "cosyvoice2_tts", section))
    ),
    spark_tts: cloud("spark_tts", (_, section) => Effect.succeed(SparkTts.service(gradio, section))),
    melo_tts: cloud("melo_tts", (_, section) => MeloTts.service(gradio, section)),
    pyttsx3_tts: ({ pyttsx3_tts: config }) =>
      Effect.map(pool.borrow(Pyttsx3Tts.spec(folder, config)), (share) =>
        Pyttsx3Tts.voice(local, share, config)
      )
  }
  return voices
})

/** A character without a voice answers in writing only. */
const mute: Tts = {
  engine: "tts_model",
  synthesize: () => Effect.succeed(Speech.nothing)
}

export const layer = Layer.effect(
  TtsEngines,
  Effect.gen(function* () {
    const voices = yield* table
    const phrases = yield* PhraseCache
    const places = { fs: yield* FileSystem.FileSystem, folder: (yield* Settings).folder }
    return {
      open: (config) =>
        Effect.gen(function* () {
          const engine = config.tts_model
          if (engine === undefined) return mute
          const { address, ...tts } = yield* voices[engine](config)
          const section = sectionOf(config) ?? {}
          return phrases.over(yield* VoiceIdentity.of(places, { engine, section, address }), tts)
        })
    }
  })
).pipe(Layer.provide(Decode.layer))

const noSection = (engine: string) => EngineTable.noSection("tts", "tts_config", engine)
