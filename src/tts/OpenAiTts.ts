import type * as Undici from "@effect/platform-node/Undici"
import { Duration, Effect, Redacted } from "effect"
import type { OpenAiTtsConfig } from "../config/TtsConfig.ts"
import * as RemoteRequest from "../engine/RemoteRequest.ts"
import * as RemoteVoice from "./RemoteVoice.ts"

const engine = "openai_tts"

/**
 * Any server that speaks OpenAI's `audio/speech` (its API reference, "Create speech"): `base_url` is what stands before
 * that. The sound is read as it comes, whether the server sends it in pieces or as a whole.
 */
export const service = (http: Undici.Dispatcher, config: OpenAiTtsConfig): RemoteVoice.Service => {
  const address = config.base_url.replace(/\/+$/, "")
  return {
    engine,
    about: {
      section: `tts_config.${engine}`,
      address,
      keys: { address: "base_url", secret: "api_key", model: ["model", "voice"] },
      secrets: [config.api_key]
    },
    limits: config,
    ask: (text) =>
      RemoteRequest.open(
        http,
        {
          url: `${address}/audio/speech`,
          headers: {
            authorization: `Bearer ${Redacted.value(config.api_key)}`,
            "content-type": "application/json"
          },
          body: JSON.stringify({
            model: config.model,
            voice: config.voice,
            input: text,
            response_format: config.file_extension
          })
        },
        { silence: Duration.seconds(config.timeout_seconds), bytes: RemoteVoice.longestSound }
      ).pipe(Effect.map(({ next }) => ({ format: "file", next })))
  }
}
