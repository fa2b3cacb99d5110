import type * as Undici from "@effect/platform-node/Undici"
import { Effect, Redacted } from "effect"
import type { CartesiaTtsConfig } from "../config/CloudTtsConfig.ts"
import * as ServiceAddress from "../engine/ServiceAddress.ts"
import type * as RemoteVoice from "./RemoteVoice.ts"
import * as SoundRequest from "./SoundRequest.ts"

const engine = "cartesia_tts"
/** The version of the API whose shapes these are. */
const version = "2026-08-14"
/** Hz. */
const sampleRate = 44_100

const formats = {
  wav: { container: "wav", encoding: "pcm_s16le", sample_rate: sampleRate },
  mp3: { container: "mp3", bit_rate: 128_000, sample_rate: sampleRate }
}

/** Cartesia's service (its API reference, "Text to Speech (Bytes)"; the shapes are those of its library 4.2.0). */
export const service = (
  http: Undici.Dispatcher,
  config: CartesiaTtsConfig
): Effect.Effect<RemoteVoice.Service, ServiceAddress.NoAddress> =>
  Effect.map(
    ServiceAddress.of(config.base_url, "CARTESIA_BASE_URL", "https://api.cartesia.ai"),
    (address) => ({
      engine,
      about: {
        section: `tts_config.${engine}`,
        address,
        keys: { address: "base_url", secret: "api_key", model: ["model_id", "voice_id"] },
        secrets: [config.api_key]
      },
      limits: config,
      ask: (text) =>
        SoundRequest.ask(
          http,
          config,
          SoundRequest.json(
            `${address}/tts/bytes`,
            { authorization: `Bearer ${Redacted.value(config.api_key)}`, "cartesia-version": version },
            {
              model_id: config.model_id,
              transcript: text,
              voice: { id: config.voice_id },
              output_format: formats[config.output_format],
              language: config.language,
              // Earlier models know nothing of it.
              ...(config.model_id.startsWith("sonic-3")
                ? {
                    generation_config: {
                      volume: config.volume,
                      speed: config.speed,
                      emotion: config.emotion
                    }
                  }
                : {})
            }
          )
        )
    })
  )
