import type * as Undici from "@effect/platform-node/Undici"
import { Effect, Redacted } from "effect"
import type { FishApiTtsConfig } from "../config/CloudTtsConfig.ts"
import * as ServiceAddress from "../engine/ServiceAddress.ts"
import type * as RemoteVoice from "./RemoteVoice.ts"
import * as SoundRequest from "./SoundRequest.ts"

const engine = "fish_api_tts"

/** The service of Fish Audio (its API reference, "Text to Speech"; the shapes are those of its library 1.3.0). */
export const service = (
  http: Undici.Dispatcher,
  config: FishApiTtsConfig
): Effect.Effect<RemoteVoice.Service, ServiceAddress.NoAddress> =>
  Effect.map(
    ServiceAddress.of(config.base_url?.trim() || undefined, "FISH_API_BASE_URL", "https://api.fish.audio"),
    (address) => ({
      engine,
      about: {
        section: `tts_config.${engine}`,
        address,
        keys: { address: "base_url", secret: "api_key", model: ["model", "reference_id"] },
        secrets: [config.api_key]
      },
      limits: config,
      ask: (text) =>
        SoundRequest.ask(
          http,
          config,
          SoundRequest.json(
            `${address}/v1/tts`,
            { authorization: `Bearer ${Redacted.value(config.api_key)}`, model: config.model },
            {
              text,
              ...(config.reference_id.trim() === "" ? {} : { reference_id: config.reference_id.trim() }),
              format: "mp3",
              mp3_bitrate: 128,
              latency: config.latency
            }
          )
        )
    })
  )
