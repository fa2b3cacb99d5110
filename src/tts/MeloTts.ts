import { Effect } from "effect"
import type { MeloTtsConfig } from "../config/RemoteTtsConfig.ts"
import * as ServiceAddress from "../engine/ServiceAddress.ts"
import * as GradioVoice from "./GradioVoice.ts"
import * as OwnServer from "./OwnServer.ts"
import type * as RemoteVoice from "./RemoteVoice.ts"

const engine = "melo_tts"

/** MeloTTS, by the page that comes with it (`melo-ui`, its `melo/app.py`). */
export const service = (
  services: GradioVoice.Services,
  config: MeloTtsConfig
): Effect.Effect<RemoteVoice.Service, ServiceAddress.NoAddress> =>
  Effect.map(ServiceAddress.of(config.base_url, "MELO_TTS_BASE_URL", "http://127.0.0.1:7860"), (address) =>
    GradioVoice.service(
      services,
      OwnServer.about(engine, address, "base_url", ["speaker", "language"]),
      config,
      {
        name: "/synthesize",
        args: (text) => ({ speaker: config.speaker, text, speed: config.speed, language: config.language })
      }
    )
  )
