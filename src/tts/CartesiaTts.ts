import type * as Undici from "@effect/platform-node/Undici"
import type { CartesiaTtsConfig } from "../config/CloudTtsConfig.ts"
import * as ServiceAddress from "../engine/ServiceAddress.ts"
import * as KeyedVoice from "./KeyedVoice.ts"
import * as SoundRequest from "./SoundRequest.ts"

/** The version of the API whose shapes these are. */
const version = "2026-08-14"
/** Hz. */
const sampleRate = 44_100

const formats = {
  wav: { container: "wav", encoding: "pcm_s16le", sample_rate: sampleRate },
  mp3: { container: "mp3", bit_rate: 128_000, sample_rate: sampleRate }
}

/** Cartesia's service (its API reference, "Text to Speech (Bytes)"; the shapes are those of its library 4.2.0). */
export const service = (http: Undici.Dispatcher, config: CartesiaTtsConfig) =>
  KeyedVoice.service(http, config, {
    engine: "cartesia_tts",
    address: ServiceAddress.of(config.base_url, "CARTESIA_BASE_URL", "https://api.cartesia.ai"),
    model: ["model_id", "voice_id"],
    request: (address, text) =>
      SoundRequest.json(
        `${address}/tts/bytes`,
        { ...KeyedVoice.bearer(config), "cartesia-version": version },
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
  })
