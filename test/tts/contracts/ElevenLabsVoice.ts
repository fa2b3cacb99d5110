import type { Answer } from "../../support/ServiceServer.ts"
import * as TtsConfigs from "../TtsConfigs.ts"
import { bytesOf, inChunks } from "./Contract.ts"
import type { Contract } from "./Contract.ts"

export const secret = "sk_eleven_very_secret"
export const config = (url: string, changes: Readonly<Record<string, unknown>> = {}) =>
  TtsConfigs.of("elevenlabs_tts", {
    api_key: secret,
    voice_id: "JBFqnCBsd6RMkjVDRZzb",
    output_format: "pcm_24000",
    base_url: url,
    ...changes
  })

const refusal = (status: number, code: string, message: string): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  chunks: [JSON.stringify({ detail: { status: code, message } })]
})

// Shapes: ElevenLabs' API reference, "Stream speech" and "Error messages"; its library 2.78.0, `text_to_speech.stream`.
export const contract: Contract = {
  config,
  secret,
  textOf: ({ body }) => (JSON.parse(body.toString()) as { readonly text: string }).text,
  answer: (pcm) => ({ headers: { "content-type": "audio/pcm" }, chunks: inChunks(bytesOf(pcm)) }),
  refusals: {
    key: refusal(401, "invalid_api_key", "Invalid API key"),
    model: refusal(404, "voice_not_found", "A voice with voice_id JBF was not found."),
    quota: refusal(
      401,
      "quota_exceeded",
      "This request exceeds your quota of 10000. You have 3 credits remaining, while 12 credits are required."
    )
  },
  keys: {
    secret: "tts_config.elevenlabs_tts.api_key",
    model: "tts_config.elevenlabs_tts.voice_id",
    address: "tts_config.elevenlabs_tts.base_url"
  },
  streams: true,
  isBare: true
}
