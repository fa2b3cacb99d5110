import type { SparkTtsConfig } from "../config/RemoteTtsConfig.ts"
import * as GradioVoice from "./GradioVoice.ts"
import * as OwnServer from "./OwnServer.ts"
import type * as RemoteVoice from "./RemoteVoice.ts"

const engine = "spark_tts"

/** A Spark-TTS server (its `webui.py`): `voice_clone` imitates a recording, `voice_creation` makes a voice up. */
export const service = (services: GradioVoice.Services, config: SparkTtsConfig): RemoteVoice.Service =>
  GradioVoice.service(
    services,
    OwnServer.about(engine, OwnServer.endpoint(config.api_url, ""), "api_url", [
      "api_name",
      "prompt_wav_upload",
      "gender",
      "pitch",
      "speed"
    ]),
    config,
    {
      name: config.api_name,
      args: (text): Readonly<Record<string, unknown>> =>
        /voice_creation/.test(config.api_name)
          ? { text, gender: config.gender, pitch: config.pitch, speed: config.speed }
          : {
              text,
              prompt_text: "",
              prompt_wav_upload: recordingOf(config),
              prompt_wav_record: recordingOf(config)
            }
    }
  )

const recordingOf = ({ prompt_wav_upload }: SparkTtsConfig) =>
  new GradioVoice.Recording("prompt_wav_upload", prompt_wav_upload)
