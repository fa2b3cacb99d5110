import type * as Undici from "@effect/platform-node/Undici"
import { Effect } from "effect"
import type { SiliconflowTtsConfig } from "../config/CloudTtsConfig.ts"
import * as ServiceAddress from "../engine/ServiceAddress.ts"
import * as KeyedVoice from "./KeyedVoice.ts"
import * as SoundRequest from "./SoundRequest.ts"

const usual = "https://api.siliconflow.cn/v1"

/** SiliconFlow's service (its API reference, "Create speech"): OpenAI's API with keys of its own. */
export const service = (http: Undici.Dispatcher, config: SiliconflowTtsConfig) =>
  KeyedVoice.service(http, config, {
    engine: "siliconflow_tts",
    address: addressOf(config.api_url.trim()),
    addressKey: "api_url",
    model: ["default_model", "default_voice"],
    format: config.response_format === "pcm" ? { sampleRate: config.sample_rate } : "file",
    request: (address, text) =>
      SoundRequest.json(address, KeyedVoice.bearer(config), {
        model: config.default_model,
        voice: config.default_voice,
        input: text,
        response_format: config.response_format,
        sample_rate: config.sample_rate,
        stream: config.stream,
        speed: config.speed,
        gain: config.gain
      })
  })

const addressOf = (configured: string): Effect.Effect<string, ServiceAddress.NoAddress> =>
  configured === "" || configured === `${usual}/audio/speech`
    ? Effect.map(
        ServiceAddress.of(undefined, "SILICONFLOW_BASE_URL", usual),
        (base) => `${base}/audio/speech`
      )
    : Effect.succeed(configured)
