import { NodeHttpClient } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import type { Scope } from "effect"
import { Decode } from "../audio/Decode.ts"
import type { TtsConfig } from "../config/TtsConfig.ts"
import { EnginePool } from "../engine/EnginePool.ts"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as FliteTts from "./FliteTts.ts"
import * as OpenAiTts from "./OpenAiTts.ts"
import { TtsEngines } from "./Tts.ts"
import type { Tts } from "./Tts.ts"

type Open = (config: TtsConfig) => Effect.Effect<Tts, EngineUnavailable, Scope.Scope>

/** From `tts_model` to the voice. */
const table = Effect.gen(function* () {
  const pool = yield* EnginePool
  const http = yield* NodeHttpClient.Dispatcher
  const decode = yield* Decode
  const voices: Readonly<Partial<Record<TtsConfig["tts_model"], Open>>> = {
    flite_tts: ({ flite_tts }) =>
      Effect.flatMap(pool.borrow(FliteTts.spec), (flite) => FliteTts.voice(flite, flite_tts)),
    openai_tts: ({ openai_tts }) => OpenAiTts.open({ http, decode }, openai_tts)
  }
  return voices
})

export const layer = Layer.effect(
  TtsEngines,
  Effect.map(table, (voices) => ({
    open: (config) => voices[config.tts_model]?.(config) ?? notBuilt(config.tts_model, Object.keys(voices))
  }))
).pipe(Layer.provide(Decode.layer))

const notBuilt = (engine: string, built: ReadonlyArray<string>) =>
  new EngineUnavailable({
    kind: "tts",
    engine,
    reason: "this voice is not part of this version",
    advice: `Set tts_config.tts_model to one of ${built.join(", ")}.`
  })
