import * as Mp3 from "../../support/Mp3.ts"
import type { Answer } from "../../support/ServiceServer.ts"
import * as TtsConfigs from "../TtsConfigs.ts"
import { inChunks } from "./Contract.ts"
import type { Contract } from "./Contract.ts"

export const secret = "fish-very-secret"
export const config = (url: string, changes: Readonly<Record<string, unknown>> = {}) =>
  TtsConfigs.of("fish_api_tts", {
    api_key: secret,
    reference_id: "802e3bc2b27e49c2995d23ef70e6ac89",
    latency: "balanced",
    base_url: url,
    ...changes
  })

const refusal = (status: number, message: string): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  chunks: [JSON.stringify({ status, message })]
})

// Shapes: Fish Audio's API reference, "Text to Speech"; its library 1.3.0, `tts.stream`.
export const contract: Contract = {
  config,
  secret,
  textOf: ({ body }) => (JSON.parse(body.toString()) as { readonly text: string }).text,
  answer: (pcm) => ({
    headers: { "content-type": "audio/mpeg" },
    chunks: inChunks(Mp3.like(pcm))
  }),
  refusals: {
    key: refusal(401, "No permission -- see authorization schemes"),
    model: refusal(400, "Reference not found"),
    quota: refusal(402, "No payment -- see charging schemes")
  },
  keys: {
    secret: "tts_config.fish_api_tts.api_key",
    model: "tts_config.fish_api_tts.reference_id",
    address: "tts_config.fish_api_tts.base_url"
  },
  streams: true
}
