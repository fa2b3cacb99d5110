import type * as Undici from "@effect/platform-node/Undici"
import { Effect, Redacted } from "effect"
import type { SiliconflowTtsConfig } from "../config/CloudTtsConfig.ts"
import * as ServiceAddress from "../engine/ServiceAddress.ts"
import type * as RemoteVoice from "./RemoteVoice.ts"
import * as SoundRequest from "./SoundRequest.ts"

const engine = "siliconflow_tts"
const usual = "https://api.siliconflow.cn/v1"

/** SiliconFlow's service (its API reference, "Create speech"): OpenAI's API with keys of its own. */
export const service = (
  http: Undici.Dispatcher,
  config: SiliconflowTtsConfig
): Effect.Effect<RemoteVoice.Service, ServiceAddress.NoAddress> =>
  Effect.map(addressOf(config.api_url.trim()), (address) => ({
    engine,
    about: {
      section: `tts_config.${engine}`,
      address,
      keys: { address: "api_url", secret: "api_key", model: ["default_model", "default_voice"] },
      secrets: [config.api_key]
    },
    limits: config,
    ask: (text) =>
      SoundRequest.ask(
        http,
        config,
        SoundRequest.json(
          address,
          { authorization: `Bearer ${Redacted.value(config.api_key)}` },
          {
            model: config.default_model,
            voice: config.default_voice,
            input: text,
            response_format: config.response_format,
            sample_rate: config.sample_rate,
            stream: config.stream,
            speed: config.speed,
            gain: config.gain
          }
        ),
        config.response_format === "pcm" ? { sampleRate: config.sample_rate } : "file"
      )
  }))

const addressOf = (configured: string): Effect.Effect<string, ServiceAddress.NoAddress> =>
  configured === "" || configured === `${usual}/audio/speech`
    ? Effect.map(
        ServiceAddress.of(undefined, "SILICONFLOW_BASE_URL", usual),
        (base) => `${base}/audio/speech`
      )
    : Effect.succeed(configured)
