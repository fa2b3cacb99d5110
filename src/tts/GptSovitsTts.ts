import type * as Undici from "@effect/platform-node/Undici"
import type { GptSovitsTtsConfig } from "../config/RemoteTtsConfig.ts"
import * as OwnServer from "./OwnServer.ts"
import type * as RemoteVoice from "./RemoteVoice.ts"

const engine = "gpt_sovits_tts"
/** Formats that cannot be read here (`ogg` is Vorbis), or that do not say their rate. */
const unread: ReadonlySet<string> = new Set(["raw", "ogg", "aac"])

/**
 * A GPT-SoVITS server (its `api_v2.py`, `GET /tts`; refusals are JSON with status 400). What it streams begins with the
 * header of a WAV file without a length. `section`: the name that its section goes by.
 */
export const service = (
  http: Undici.Dispatcher,
  section: "gpt_sovits" | "gpt_sovits_tts",
  config: GptSovitsTtsConfig
): RemoteVoice.Service => {
  const address = OwnServer.endpoint(config.api_url, "/tts")
  const mediaType = config.media_type.trim().toLowerCase()
  return {
    engine,
    about: OwnServer.about(section, address, "api_url", ["ref_audio_path", "text_lang", "prompt_lang"]),
    limits: config,
    ask: (text) =>
      OwnServer.ask(http, {
        method: "GET",
        url: address,
        headers: {},
        query: OwnServer.filled({
          text,
          text_lang: config.text_lang,
          ref_audio_path: config.ref_audio_path,
          prompt_lang: config.prompt_lang,
          prompt_text: config.prompt_text,
          text_split_method: config.text_split_method,
          batch_size: config.batch_size,
          media_type: unread.has(mediaType) ? "wav" : mediaType,
          streaming_mode: config.streaming_mode.trim().toLowerCase()
        })
      })
  }
}
