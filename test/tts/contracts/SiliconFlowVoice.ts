import * as Mp3 from "../../support/Mp3.ts"
import type { Answer } from "../../support/ServiceServer.ts"
import * as TtsConfigs from "../TtsConfigs.ts"
import { inChunks } from "./Contract.ts"
import type { Contract } from "./Contract.ts"

export const secret = "sk-silicon-very-secret"
export const config = (url: string, changes: Readonly<Record<string, unknown>> = {}) =>
  TtsConfigs.of("siliconflow_tts", { api_key: secret, api_url: `${url}/v1/audio/speech`, ...changes })

const refusal = (status: number, body: unknown): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  chunks: [JSON.stringify(body)]
})

// Shapes: SiliconFlow's API reference, "Create speech" and "Error handling".
export const contract: Contract = {
  config,
  secret,
  textOf: ({ body }) => (JSON.parse(body.toString()) as { readonly input: string }).input,
  answer: (pcm) => ({
    headers: { "content-type": "audio/mpeg" },
    chunks: inChunks(Mp3.like(pcm))
  }),
  refusals: {
    key: refusal(401, "Invalid token"),
    model: refusal(400, { code: 20_012, message: "Model does not exist. Please check it carefully." }),
    quota: refusal(403, { code: 30_001, message: "Sorry, your account balance is insufficient" })
  },
  keys: {
    secret: "tts_config.siliconflow_tts.api_key",
    model: "tts_config.siliconflow_tts.default_model",
    address: "tts_config.siliconflow_tts.api_url"
  },
  streams: true
}
