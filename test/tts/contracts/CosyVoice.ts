import * as Pcm from "../../../src/audio/Pcm.ts"
import * as Wav from "../../../src/audio/Wav.ts"
import type { VoiceName } from "../../../src/config/VoiceNames.ts"
import * as GradioServer from "../../support/GradioServer.ts"
import type { Answer, Asked } from "../../support/ServiceServer.ts"
import * as TtsConfigs from "../TtsConfigs.ts"
import { bytesOf, inChunks } from "./Contract.ts"
import type { Contract } from "./Contract.ts"

const section = {
  mode_checkbox_group: "预训练音色",
  sft_dropdown: "中文女",
  prompt_text: "",
  prompt_wav_upload_url: "",
  prompt_wav_record_url: "",
  instruct_text: "",
  seed: 7,
  api_name: "/generate_audio"
}
const config =
  (engine: VoiceName, more: Readonly<Record<string, unknown>> = {}) =>
  (url: string, changes: Readonly<Record<string, unknown>> = {}) =>
    TtsConfigs.of(engine, { client_url: url, ...section, ...more, ...changes })
export const one = config("cosyvoice_tts")
export const two = config("cosyvoice2_tts", { stream: true, speed: 1.2 })

/** As `webui.py` has them, which has changed what it calls the speed. */
const first = ["tts_text", "mode_checkbox_group", "sft_dropdown", "prompt_text"]
const recordings = ["prompt_wav_upload", "prompt_wav_record", "instruct_text"]
export const functions = {
  "/generate_audio": [...first, ...recordings, "seed", "stream", "speed_factor"],
  "/change_instruction": ["mode_checkbox_group"]
}

export const dataOf = ({ body }: Asked) =>
  (JSON.parse(body.toString()) as { readonly data: ReadonlyArray<unknown> }).data

/** A stream of version 4: a header without a length, and samples. */
export const streamed = (pcm: Pcm.Pcm): Answer => {
  const header = Wav.encode({ ...pcm, samples: new Int16Array(0) })
  header.fill(255, 40)
  return { headers: { "content-type": "audio/wav" }, chunks: [header, ...inChunks(bytesOf(pcm))] }
}
export const whole = (pcm: Pcm.Pcm): Answer => ({
  headers: { "content-type": "audio/wav" },
  chunks: inChunks(Wav.encode(pcm))
})

const common = (engine: string) => ({
  secret: "there is none",
  textOf: (asked: Asked) => String(dataOf(asked)[0]),
  refusals: {
    key: { status: 401, chunks: ['{"detail":"Not authenticated"}'] },
    model: GradioServer.failure("Value: 中文女 is not in the list of choices: ['英文女']")
  },
  keys: {
    secret: `tts_config.${engine}.client_url`,
    model: `tts_config.${engine}.sft_dropdown`,
    address: `tts_config.${engine}.client_url`
  },
  streams: true
})

// Shapes: CosyVoice, `webui.py`; Gradio's guide "Querying Gradio Apps with Curl", and its versions 4.32.2 and 5.18.0 as they
// answer. Neither knows keys.
export const cosyVoice2: Contract = {
  ...common("cosyvoice2_tts"),
  config: two,
  answer: streamed,
  firstSound: 1,
  listen: GradioServer.listenFor({ version: 4, functions, output: "stream" })
}
export const cosyVoice: Contract = {
  ...common("cosyvoice_tts"),
  config: one,
  answer: whole,
  listen: GradioServer.listenFor({ version: 5, functions, output: "stream" })
}
