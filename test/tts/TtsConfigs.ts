import { Schema } from "effect"
import * as Fields from "../../src/config/Fields.ts"
import { TtsConfig } from "../../src/config/TtsConfig.ts"
import type { OpenAiTtsConfig } from "../../src/config/TtsConfig.ts"
import type { VoiceName } from "../../src/config/VoiceNames.ts"

type Section = Readonly<Record<string, unknown>>

/** As conf.yaml gives it: an engine, and its section. */
export const of = (tts_model: VoiceName, section: Section): TtsConfig =>
  Schema.decodeUnknownSync(Fields.section(TtsConfig))({ tts_model, [tts_model]: section })

export const named = (tts_model: VoiceName): TtsConfig =>
  Schema.decodeUnknownSync(Fields.section(TtsConfig))({ tts_model })

export const flite = (voice: string, more: Section = {}): TtsConfig => of("flite_tts", { voice, ...more })

export const openAi = (changes: Partial<OpenAiTtsConfig>): TtsConfig =>
  of("openai_tts", {
    model: "kokoro",
    voice: "af_sky",
    api_key: "sk-very-secret",
    base_url: "http://127.0.0.1:9/v1",
    file_extension: "wav",
    ...changes
  })
