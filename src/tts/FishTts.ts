import type * as Undici from "@effect/platform-node/Undici"
import type { FishApiTtsConfig } from "../config/CloudTtsConfig.ts"
import * as ServiceAddress from "../engine/ServiceAddress.ts"
import * as KeyedVoice from "./KeyedVoice.ts"
import * as SoundRequest from "./SoundRequest.ts"

/** The service of Fish Audio (its API reference, "Text to Speech"; the shapes are those of its library 1.3.0). */
export const service = (http: Undici.Dispatcher, config: FishApiTtsConfig) => {
  const configured = config.base_url?.trim() || undefined
  return KeyedVoice.service(http, config, {
    engine: "fish_api_tts",
    address: ServiceAddress.of(configured, "FISH_API_BASE_URL", "https://api.fish.audio"),
    model: ["model", "reference_id"],
    request: (address, text) =>
      SoundRequest.json(
        `${address}/v1/tts`,
        { ...KeyedVoice.bearer(config), model: config.model },
        {
          text,
          ...(config.reference_id.trim() === "" ? {} : { reference_id: config.reference_id.trim() }),
          format: "mp3",
          mp3_bitrate: 128,
          latency: config.latency
        }
      )
  })
}
