import * as Wav from "../../../src/audio/Wav.ts"
import type { Answer } from "../../support/ServiceServer.ts"
import * as TtsConfigs from "../TtsConfigs.ts"
import { inChunks } from "./Contract.ts"
import type { Contract } from "./Contract.ts"

const refusal = (status: number, message: string): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  chunks: [JSON.stringify({ error: { message } })]
})

// Shapes: OpenAI's API reference, "Create speech" and "Error codes".
export const contract: Contract = {
  config: (url, changes) => TtsConfigs.openAi({ base_url: `${url}/v1`, ...changes }),
  secret: "sk-very-secret",
  textOf: ({ body }) => (JSON.parse(body.toString()) as { readonly input: string }).input,
  answer: (sound) => ({ headers: { "content-type": "audio/wav" }, chunks: inChunks(Wav.encode(sound)) }),
  refusals: {
    key: refusal(401, "Incorrect API key provided: sk-very-secret."),
    model: refusal(404, "The model `kokoro` does not exist"),
    quota: refusal(429, "You exceeded your current quota, please check your plan and billing details.")
  },
  keys: {
    secret: "tts_config.openai_tts.api_key",
    model: "tts_config.openai_tts.model",
    address: "tts_config.openai_tts.base_url"
  },
  streams: true
}
