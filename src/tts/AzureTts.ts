import type * as Undici from "@effect/platform-node/Undici"
import { Effect, Redacted } from "effect"
import type { AzureTtsConfig } from "../config/CloudTtsConfig.ts"
import * as AzureRegion from "../engine/AzureRegion.ts"
import * as ServiceAddress from "../engine/ServiceAddress.ts"
import type * as RemoteVoice from "./RemoteVoice.ts"
import * as SoundRequest from "./SoundRequest.ts"
import * as Ssml from "./Ssml.ts"

const engine = "azure_tts"
/** Hz. */
const sampleRate = 24_000

/**
 * Microsoft's service, by its REST API for text to speech (learn.microsoft.com, "Text to speech REST API", "Convert text
 * to speech"): it sends bare samples as they are made.
 */
export const service = (
  http: Undici.Dispatcher,
  config: AzureTtsConfig
): Effect.Effect<RemoteVoice.Service, ServiceAddress.NoAddress> =>
  Effect.map(ServiceAddress.of(config.base_url, "AZURE_TTS_BASE_URL", hostOf(config.region)), (address) => ({
    engine,
    about: {
      section: `tts_config.${engine}`,
      address,
      keys: {
        address: config.base_url === undefined ? "region" : "base_url",
        // A key counts in its own region only.
        secret: ["api_key", "region"],
        model: ["voice"]
      },
      secrets: [config.api_key]
    },
    limits: config,
    ask: (text) =>
      SoundRequest.ask(
        http,
        {
          url: `${address}/cognitiveservices/v1`,
          headers: {
            "ocp-apim-subscription-key": Redacted.value(config.api_key),
            "content-type": "application/ssml+xml",
            "x-microsoft-outputformat": "raw-24khz-16bit-mono-pcm",
            // The service answers none without it.
            "user-agent": "seiyuu"
          },
          body: Ssml.document({
            voice: config.voice,
            text,
            pitch: percent(config.pitch),
            rate: config.rate.trim() || "1"
          })
        },
        { sampleRate }
      )
  }))

const hostOf = (region: string): string => {
  const { cloud, name } = AzureRegion.of(region)
  return `https://${name}.tts.speech.${cloud}`
}

/** A bare number is meant in percent. */
const percent = (pitch: string): string => {
  const number = Number(pitch)
  if (pitch.trim() === "") return "+0%"
  return Number.isNaN(number) ? pitch.trim() : `${number < 0 ? "" : "+"}${number}%`
}
