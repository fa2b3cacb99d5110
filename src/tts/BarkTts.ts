import type * as Undici from "@effect/platform-node/Undici"
import { Effect, Redacted } from "effect"
import type { BarkTtsConfig } from "../config/RemoteTtsConfig.ts"
import * as ServiceAddress from "../engine/ServiceAddress.ts"
import * as OwnServer from "./OwnServer.ts"
import type * as RemoteVoice from "./RemoteVoice.ts"
import * as SoundRequest from "./SoundRequest.ts"

const engine = "bark_tts"

/**
 * Suno's Bark, which has no server of its own, by any that speaks OpenAI's `audio/speech`: LocalAI, or Coqui's `tts-server`
 * with its model of that name.
 */
export const service = (
  http: Undici.Dispatcher,
  config: BarkTtsConfig
): Effect.Effect<RemoteVoice.Service, ServiceAddress.NoAddress> =>
  Effect.map(
    ServiceAddress.of(config.base_url, "BARK_TTS_BASE_URL", "http://localhost:8080/v1"),
    (address) => ({
      engine,
      about: {
        section: `tts_config.${engine}`,
        address,
        keys: { address: "base_url", secret: "api_key", model: ["model", "voice"] },
        secrets: [config.api_key]
      },
      limits: config,
      ask: (text) =>
        OwnServer.ask(
          http,
          config,
          SoundRequest.json(
            `${address}/audio/speech`,
            { authorization: `Bearer ${Redacted.value(config.api_key)}` },
            { model: config.model, voice: config.voice, input: text, response_format: "wav" }
          )
        )
    })
  )
