import { Redacted } from "effect"
import type { OpenAiTtsConfig, TtsConfig } from "../../src/config/TtsConfig.ts"

const base: TtsConfig = {
  tts_model: "flite_tts",
  flite_tts: { voice: "slt" },
  openai_tts: {
    model: "kokoro",
    voice: "af_sky",
    api_key: Redacted.make("sk-very-secret"),
    base_url: "http://127.0.0.1:9/v1",
    file_extension: "wav"
  }
}

export const flite = (voice: string): TtsConfig => ({ ...base, flite_tts: { voice } })

export const openAi = (changes: Partial<OpenAiTtsConfig>): TtsConfig => ({
  ...base,
  tts_model: "openai_tts",
  openai_tts: { ...base.openai_tts, ...changes }
})

export const named = (tts_model: TtsConfig["tts_model"]): TtsConfig => ({ ...base, tts_model })
