import * as Wav from "../../../src/audio/Wav.ts"
import type { Answer } from "../../support/ServiceServer.ts"
import * as TtsConfigs from "../TtsConfigs.ts"
import { inChunks } from "./Contract.ts"
import type { Contract } from "./Contract.ts"

export const secret = "sk-bark-very-secret"
export const config = (url: string, changes: Readonly<Record<string, unknown>> = {}) =>
  TtsConfigs.of("bark_tts", {
    voice: "v2/en_speaker_1",
    api_key: secret,
    base_url: `${url}/v1`,
    ...changes
  })

const refusal = (status: number, message: string): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  chunks: [JSON.stringify({ error: { code: status, message, type: "" } })]
})

// Shapes: OpenAI's API reference, "Create speech", which LocalAI ("Text to audio") and coqui-tts' `tts-server` speak.
export const contract: Contract = {
  config,
  secret,
  textOf: ({ body }) => (JSON.parse(body.toString()) as { readonly input: string }).input,
  answer: (pcm) => ({ headers: { "content-type": "audio/wav" }, chunks: inChunks(Wav.encode(pcm)) }),
  refusals: {
    key: refusal(401, `An authentication key is required, and ${secret} is none`),
    model: refusal(500, "could not load model: model bark not found")
  },
  keys: {
    secret: "tts_config.bark_tts.api_key",
    model: "tts_config.bark_tts.model",
    address: "tts_config.bark_tts.base_url"
  },
  streams: true
}
