import * as Fields from "./Fields.ts"

/** What may be chosen as `tts_model`. */
export const voiceNames = [
  "flite_tts",
  "openai_tts",
  "command_tts",
  "azure_tts",
  "bark_tts",
  "edge_tts",
  "cosyvoice_tts",
  "cosyvoice2_tts",
  "melo_tts",
  "coqui_tts",
  "x_tts",
  "gpt_sovits_tts",
  "fish_api_tts",
  "sherpa_onnx_tts",
  "siliconflow_tts",
  "spark_tts",
  "minimax_tts",
  "elevenlabs_tts",
  "cartesia_tts",
  "piper_tts",
  "wyoming_tts",
  "pyttsx3_tts"
] as const

export type VoiceName = (typeof voiceNames)[number]

/** The key that every voice but the plainest one has. */
export const fallback = {
  fallback: Fields.maybeNone(
    Fields.Choice(...voiceNames),
    "What speaks while this voice cannot: another section, such as `flite_tts`. Empty: the character goes on in writing."
  )
}
