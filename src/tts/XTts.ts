import type * as Undici from "@effect/platform-node/Undici"
import { Effect } from "effect"
import type { XTtsConfig } from "../config/RemoteTtsConfig.ts"
import type * as RemoteRequest from "../engine/RemoteRequest.ts"
import * as OwnServer from "./OwnServer.ts"
import type * as RemoteVoice from "./RemoteVoice.ts"
import * as SoundRequest from "./SoundRequest.ts"

const engine = "x_tts"

/** A server of xtts-api-server (its `server.py`). Its address says whether the sound comes as it is made. */
export const service = (http: Undici.Dispatcher, config: XTtsConfig): Effect.Effect<RemoteVoice.Service> =>
  Effect.sync(() => {
    const address = OwnServer.endpoint(config.api_url, "/tts_to_audio")
    return {
      engine,
      about: OwnServer.about(engine, address, "api_url", ["speaker_wav", "language"]),
      limits: config,
      ask: (text) => OwnServer.ask(http, requestOf(address, config, text))
    }
  })

const requestOf = (
  address: string,
  { language, speaker_wav }: XTtsConfig,
  text: string
): RemoteRequest.Request => {
  const asked = { text, speaker_wav, language }
  if (address.endsWith("/tts_stream")) {
    // Some versions of the server read the query, some the body, which a GET request has there.
    return { ...SoundRequest.json(address, {}, asked, asked), method: "GET" }
  }
  // Without the slash it redirects.
  return SoundRequest.json(address.replace(/\/tts_to_audio$/, "/tts_to_audio/"), {}, asked)
}
