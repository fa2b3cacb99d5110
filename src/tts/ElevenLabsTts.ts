import type * as Undici from "@effect/platform-node/Undici"
import { Effect, Redacted } from "effect"
import type * as SoundReader from "../audio/SoundReader.ts"
import type { ElevenlabsTtsConfig } from "../config/CloudTtsConfig.ts"
import * as ServiceAddress from "../engine/ServiceAddress.ts"
import type * as RemoteVoice from "./RemoteVoice.ts"
import * as SoundRequest from "./SoundRequest.ts"

const engine = "elevenlabs_tts"

/** The service of ElevenLabs (its API reference, "Stream speech"). */
export const service = (
  http: Undici.Dispatcher,
  config: ElevenlabsTtsConfig
): Effect.Effect<RemoteVoice.Service, ServiceAddress.NoAddress> =>
  Effect.map(
    ServiceAddress.of(config.base_url, "ELEVENLABS_BASE_URL", "https://api.elevenlabs.io"),
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
            `${address}/v1/text-to-speech/${encodeURIComponent(config.voice_id)}/stream`,
            { "xi-api-key": Redacted.value(config.api_key) },
            {
              text,
              model_id: config.model_id,
              voice_settings: {
                stability: config.stability,
                similarity_boost: config.similarity_boost,
                style: config.style,
                use_speaker_boost: config.use_speaker_boost
              }
            },
            { output_format: config.output_format }
          ),
          formatOf(config.output_format)
        )
    })
  )

/** `pcm_24000` is bare samples, any other a file. */
const formatOf = (name: string): SoundReader.Format => {
  const rate = /^pcm_(\d+)$/.exec(name)?.[1]
  return rate === undefined ? "file" : { sampleRate: Number(rate) }
}
