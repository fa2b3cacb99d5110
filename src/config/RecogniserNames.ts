import * as Fields from "./Fields.ts"

/** What may be chosen as `asr_model`. */
export const recogniserNames = [
  "faster_whisper",
  "whisper_cpp",
  "whisper",
  "azure_asr",
  "fun_asr",
  "groq_whisper_asr",
  "sherpa_onnx_asr",
  "openai_asr",
  "deepgram_asr"
] as const

export type RecogniserName = (typeof recogniserNames)[number]

/** The key of every recogniser that may be out of reach. */
export const fallback = {
  fallback: Fields.maybeNone(
    Fields.Choice(...recogniserNames),
    "What listens while this recogniser cannot: another section, such as `sherpa_onnx_asr`. Empty: nothing is heard meanwhile."
  )
}
