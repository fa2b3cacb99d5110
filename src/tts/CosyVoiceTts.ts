import type { Cosyvoice2TtsConfig, CosyvoiceTtsConfig } from "../config/RemoteTtsConfig.ts"
import * as GradioVoice from "./GradioVoice.ts"
import * as OwnServer from "./OwnServer.ts"
import type * as RemoteVoice from "./RemoteVoice.ts"

/** A CosyVoice server (its `webui.py`, whose `generate_audio` has had more parameters from version to version). */
export const service = (
  services: GradioVoice.Services,
  engine: "cosyvoice_tts" | "cosyvoice2_tts",
  config: CosyvoiceTtsConfig | Cosyvoice2TtsConfig
): RemoteVoice.Service =>
  GradioVoice.service(
    services,
    OwnServer.about(engine, OwnServer.endpoint(config.client_url, ""), "client_url", [
      "api_name",
      "mode_checkbox_group",
      "sft_dropdown"
    ]),
    config,
    {
      name: config.api_name,
      args: (text) => ({
        tts_text: text,
        mode_checkbox_group: config.mode_checkbox_group,
        sft_dropdown: config.sft_dropdown,
        prompt_text: config.prompt_text,
        prompt_wav_upload: recording(config, "prompt_wav_upload_url"),
        prompt_wav_record: recording(config, "prompt_wav_record_url"),
        instruct_text: config.instruct_text,
        seed: config.seed,
        // Its page's name for it has changed.
        ...("stream" in config
          ? { stream: config.stream, speed: config.speed, speed_factor: config.speed }
          : {})
      })
    }
  )

const recording = (
  config: CosyvoiceTtsConfig,
  key: "prompt_wav_upload_url" | "prompt_wav_record_url"
): GradioVoice.Recording => new GradioVoice.Recording(key, config[key])
