import type * as Undici from "@effect/platform-node/Undici"
import { Effect, Redacted } from "effect"
import type { OpenAiTtsConfig } from "../config/TtsConfig.ts"
import * as ServiceAddress from "../engine/ServiceAddress.ts"
import type * as RemoteVoice from "./RemoteVoice.ts"
import * as SoundRequest from "./SoundRequest.ts"

const engine = "openai_tts"
const usual = "http://localhost:8880/v1"

/**
 * Any server that speaks OpenAI's `audio/speech` (its API reference, "Create speech"): `base_url` is what stands before
 * that. The sound is read as it comes, whether the server sends it in pieces or as a whole.
 */
export const service = (
  http: Undici.Dispatcher,
  config: OpenAiTtsConfig
): Effect.Effect<RemoteVoice.Service, ServiceAddress.NoAddress> =>
  Effect.map(ServiceAddress.of(config.base_url, "OPENAI_BASE_URL", usual), (address) => ({
    engine,
    about: {
      section: `tts_config.${engine}`,
      address,
      keys: { address: "base_url", secret: "api_key", model: ["model", "voice"] },
      secrets: [config.api_key]
    },
    limits: config,
    ask: (text) =>
      SoundRequest.ask(
        http,
        config,
        SoundRequest.json(
          `${address}/audio/speech`,
          { authorization: `Bearer ${Redacted.value(config.api_key)}` },
          { model: config.model, voice: config.voice, input: text, response_format: config.file_extension }
        )
      )
  }))
