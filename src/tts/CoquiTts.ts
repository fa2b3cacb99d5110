import type * as Undici from "@effect/platform-node/Undici"
import { Effect } from "effect"
import type { CoquiTtsConfig } from "../config/RemoteTtsConfig.ts"
import * as ServiceAddress from "../engine/ServiceAddress.ts"
import * as OwnServer from "./OwnServer.ts"
import type * as RemoteVoice from "./RemoteVoice.ts"

const engine = "coqui_tts"

/**
 * Coqui's own `tts-server` (`TTS/server/server.py` of coqui-tts): `GET /api/tts`. It was started with its model and device,
 * so that these keys of the section say nothing to it.
 */
export const service = (
  http: Undici.Dispatcher,
  config: CoquiTtsConfig
): Effect.Effect<RemoteVoice.Service, ServiceAddress.NoAddress> =>
  Effect.map(
    ServiceAddress.of(config.base_url, "COQUI_TTS_BASE_URL", "http://127.0.0.1:5002"),
    (address) => ({
      engine,
      about: OwnServer.about(engine, address, "base_url", ["speaker_id", "speaker_wav", "language"]),
      limits: config,
      ask: (text) =>
        OwnServer.ask(http, {
          method: "GET",
          url: `${address}/api/tts`,
          headers: {},
          query: OwnServer.filled({
            text,
            speaker_id: config.speaker_id,
            language_id: config.language,
            speaker_wav: config.speaker_wav
          })
        })
    })
  )
