import type * as Undici from "@effect/platform-node/Undici"
import type { BarkTtsConfig } from "../config/RemoteTtsConfig.ts"
import * as ServiceAddress from "../engine/ServiceAddress.ts"
import * as KeyedVoice from "./KeyedVoice.ts"
import * as OwnServer from "./OwnServer.ts"
import * as SoundRequest from "./SoundRequest.ts"

/**
 * Suno's Bark, which has no server of its own, by any that speaks OpenAI's `audio/speech`: LocalAI, or Coqui's `tts-server`
 * with its model of that name.
 */
export const service = (http: Undici.Dispatcher, config: BarkTtsConfig) =>
  KeyedVoice.service(http, config, {
    engine: "bark_tts",
    address: ServiceAddress.of(config.base_url, "BARK_TTS_BASE_URL", "http://localhost:8080/v1"),
    model: ["model", "voice"],
    ask: OwnServer.ask,
    request: (address, text) =>
      SoundRequest.json(`${address}/audio/speech`, KeyedVoice.bearer(config), {
        model: config.model,
        voice: config.voice,
        input: text,
        response_format: "wav"
      })
  })
