import { HttpClient } from "@effect/platform"
import { Context, Effect, Layer } from "effect"
import type { Scope } from "effect"
import { Decode } from "../audio/Decode.ts"
import type { TtsConfig } from "../config/TtsConfig.ts"
import { EnginePool } from "../models/EnginePool.ts"
import { EngineUnavailable } from "../models/EngineUnavailable.ts"
import * as FliteTts from "./FliteTts.ts"
import * as OpenAiTts from "./OpenAiTts.ts"
import { TtsEngines } from "./Tts.ts"
import type { Tts } from "./Tts.ts"

type Needs = EnginePool | HttpClient.HttpClient | Decode
type Open = (config: TtsConfig) => Effect.Effect<Tts, EngineUnavailable, Scope.Scope | Needs>

/** From `tts_model` to the voice. */
const table: Readonly<Partial<Record<TtsConfig["tts_model"], Open>>> = {
  flite_tts: ({ flite_tts }) =>
    EnginePool.pipe(
      Effect.flatMap((pool) => pool.borrow(FliteTts.spec)),
      Effect.flatMap((flite) => FliteTts.voice(flite, flite_tts))
    ),
  openai_tts: ({ openai_tts }) => OpenAiTts.open(openai_tts)
}

export const layer = Layer.effect(
  TtsEngines,
  Effect.map(Effect.context<Needs>(), (whole) => {
    // The whole context holds the layer's own scope too, which would take the place of the caller's.
    const context = Context.pick(EnginePool, HttpClient.HttpClient, Decode)(whole)
    return {
      open: Effect.fn("TtsEngines.open")((config) =>
        Effect.provide(table[config.tts_model]?.(config) ?? Effect.fail(notBuilt(config.tts_model)), context)
      )
    }
  })
).pipe(Layer.provide(Decode.layer))

const notBuilt = (engine: string) =>
  new EngineUnavailable({
    kind: "tts",
    engine,
    reason: "this voice is not part of this version",
    advice: `Set tts_config.tts_model to one of ${Object.keys(table).join(", ")}.`
  })
