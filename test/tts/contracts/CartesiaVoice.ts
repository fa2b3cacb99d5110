import * as Wav from "../../../src/audio/Wav.ts"
import type { Pcm } from "../../../src/audio/Pcm.ts"
import type { Answer } from "../../support/ServiceServer.ts"
import * as TtsConfigs from "../TtsConfigs.ts"
import { inChunks } from "./Contract.ts"
import type { Contract } from "./Contract.ts"

export const secret = "sk_car_very_secret"
export const config = (url: string, changes: Readonly<Record<string, unknown>> = {}) =>
  TtsConfigs.of("cartesia_tts", { api_key: secret, voice_id: "a0e99841", base_url: url, ...changes })

const refusal = (status: number, message: string): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  chunks: [JSON.stringify({ title: "Refused", message, status_code: status })]
})

/** A file whose header was written before its length was known. */
export const streamed = (pcm: Pcm): Uint8Array => {
  const bytes = Wav.encode(pcm)
  bytes.fill(0xff, 4, 8).fill(0xff, 40, 44)
  return bytes
}

// Shapes: Cartesia's API reference, "Text to Speech (Bytes)"; its library 4.2.0, `tts.generate`.
export const contract: Contract = {
  config,
  secret,
  textOf: ({ body }) => (JSON.parse(body.toString()) as { readonly transcript: string }).transcript,
  answer: (pcm) => ({ headers: { "content-type": "audio/wav" }, chunks: inChunks(streamed(pcm)) }),
  refusals: {
    key: refusal(401, "Invalid API key"),
    model: refusal(404, "Voice not found"),
    quota: refusal(402, "You have run out of model credits")
  },
  keys: {
    secret: "tts_config.cartesia_tts.api_key",
    model: "tts_config.cartesia_tts.voice_id",
    address: "tts_config.cartesia_tts.base_url"
  },
  streams: true
}
