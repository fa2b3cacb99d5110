import type * as Undici from "@effect/platform-node/Undici"
import type { OpenAiTtsConfig } from "../config/TtsConfig.ts"
import * as ServiceAddress from "../engine/ServiceAddress.ts"
import * as KeyedVoice from "./KeyedVoice.ts"
import * as SoundRequest from "./SoundRequest.ts"

/**
 * Any server that speaks OpenAI's `audio/speech` (its API reference, "Create speech"): `base_url` is what stands before
 * that. The sound is read as it comes, whether the server sends it in pieces or as a whole.
 */
export const service = (http: Undici.Dispatcher, config: OpenAiTtsConfig) =>
  KeyedVoice.service(http, config, {
    engine: "openai_tts",
    address: ServiceAddress.of(config.base_url, "OPENAI_BASE_URL", "http://localhost:8880/v1"),
    model: ["model", "voice"],
    request: (address, text) =>
      SoundRequest.json(`${address}/audio/speech`, KeyedVoice.bearer(config), {
        model: config.model,
        voice: config.voice,
        input: text,
        response_format: config.file_extension
      })
  })
