import type * as Undici from "@effect/platform-node/Undici"
import { Redacted } from "effect"
import type * as SoundReader from "../audio/SoundReader.ts"
import type { ElevenlabsTtsConfig } from "../config/CloudTtsConfig.ts"
import * as ServiceAddress from "../engine/ServiceAddress.ts"
import * as KeyedVoice from "./KeyedVoice.ts"
import * as SoundRequest from "./SoundRequest.ts"

/** The service of ElevenLabs (its API reference, "Stream speech"). */
export const service = (http: Undici.Dispatcher, config: ElevenlabsTtsConfig) =>
  KeyedVoice.service(http, config, {
    engine: "elevenlabs_tts",
    address: ServiceAddress.of(config.base_url, "ELEVENLABS_BASE_URL", "https://api.elevenlabs.io"),
    model: ["model_id", "voice_id"],
    format: formatOf(config.output_format),
    request: (address, text) =>
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
      )
  })

/** `pcm_24000` is bare samples, any other a file. */
const formatOf = (name: string): SoundReader.Format => {
  const rate = /^pcm_(\d+)$/.exec(name)?.[1]
  return rate === undefined ? "file" : { sampleRate: Number(rate) }
}
