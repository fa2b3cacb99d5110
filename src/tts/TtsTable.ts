import { FileSystem } from "@effect/platform"
import { NodeHttpClient } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import type { Scope } from "effect"
import { Decode } from "../audio/Decode.ts"
import * as Speech from "../audio/Speech.ts"
import { Settings } from "../config/Settings.ts"
import type { TtsConfig, VoiceName } from "../config/TtsConfig.ts"
import { EnginePool } from "../engine/EnginePool.ts"
import * as EngineTable from "../engine/EngineTable.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import { ModelStore } from "../models/ModelStore.ts"
import * as CommandTts from "./CommandTts.ts"
import * as FliteTts from "./FliteTts.ts"
import * as OpenAiTts from "./OpenAiTts.ts"
import * as PiperTts from "./PiperTts.ts"
import * as SherpaTts from "./SherpaTts.ts"
import * as WyomingTts from "./WyomingTts.ts"
import { TtsEngines } from "./Tts.ts"
import type { Tts } from "./Tts.ts"
import { say } from "../language/Text.ts"

type Open = (config: TtsConfig) => Effect.Effect<Tts, EngineUnavailable, Scope.Scope>

/** From `tts_model` to the voice. */
const table = Effect.gen(function* () {
  const pool = yield* EnginePool
  const http = yield* NodeHttpClient.Dispatcher
  const decode = yield* Decode
  const fs = yield* FileSystem.FileSystem
  const { folder } = yield* Settings
  const local = { fs, folder, decode, store: yield* ModelStore }
  const voices: Readonly<Partial<Record<VoiceName, Open>>> = {
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
    openai_tts: ({ openai_tts }) => OpenAiTts.open({ http, decode }, openai_tts),
    wyoming_tts: ({ wyoming_tts: config }) =>
      config === undefined
        ? noSection("wyoming_tts")
        : Effect.map(pool.borrow(WyomingTts.spec(folder, config)), (mouth) => WyomingTts.voice(mouth, config))
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
  Effect.map(table, (voices) => ({
    open: (config) =>
      config.tts_model === undefined
        ? Effect.succeed(mute)
        : (voices[config.tts_model]?.(config) ?? notBuilt(config.tts_model, Object.keys(voices)))
  }))
).pipe(Layer.provide(Decode.layer))

const noSection = (engine: string) => EngineTable.noSection("tts", "tts_config", engine)

const notBuilt = (engine: string, built: ReadonlyArray<string>) =>
  EngineTable.notBuilt("tts", engine, {
    key: "tts_config.tts_model",
    what: say("engine.voiceNotBuilt"),
    built
  })
