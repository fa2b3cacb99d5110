import { Schema } from "effect"
import * as Fields from "./Fields.ts"
import * as HttpFields from "./HttpFields.ts"
import * as ServiceFields from "./ServiceFields.ts"
import { fallback } from "./VoiceNames.ts"

// Voices of servers that people run themselves. Mostly one graphics card does all the work, and many send nothing before
// the sentence is complete: few requests at a time, and patience.

const own = { ...ServiceFields.limits(1, 120), ...fallback }

const text = (about: string) => Fields.required(Fields.Text, about)
const textOr = (fallback: string, about: string) => Fields.withDefault(Fields.Text, fallback, about)
const int = (about: string) => Fields.required(Fields.Int, about)
const floatOr = (fallback: number, about: string) => Fields.withDefault(Fields.Float, fallback, about)
const speed = "How fast it speaks; above 1 is faster."
const language = text("The language that is spoken.")
const server = text("The server's address, such as `http://127.0.0.1:50000`.")
const sample = "A recording of the voice to imitate: a path or an address."
const words = "What is said in the recording."

export const BarkTtsConfig = Schema.Struct({
  voice: text("The voice, such as `v2/en_speaker_1`."),
  model: textOr("bark", "The model, as the server calls it."),
  api_key: Fields.withDefault(HttpFields.HeaderKey, "not-needed", "The server's key, if it asks for one."),
  base_url: ServiceFields.baseUrl(
    "`BARK_TTS_BASE_URL` of the environment, else http://localhost:8080/v1; `/audio/speech` follows"
  ),
  ...own
})
export type BarkTtsConfig = typeof BarkTtsConfig.Type

const cosyvoice = {
  client_url: server,
  mode_checkbox_group: text("The mode, as the server's page calls it."),
  sft_dropdown: text("A voice that the server has, for the mode that asks for one."),
  prompt_text: text(words),
  prompt_wav_upload_url: text(sample),
  prompt_wav_record_url: text(sample),
  instruct_text: text("How to speak, in words, for the mode that asks for it."),
  seed: int("The same number gives the same sound again."),
  api_name: text("The server's function, such as `/generate_audio`.")
}

export const CosyvoiceTtsConfig = Schema.Struct({ ...cosyvoice, ...own })
export type CosyvoiceTtsConfig = typeof CosyvoiceTtsConfig.Type

export const Cosyvoice2TtsConfig = Schema.Struct({
  ...cosyvoice,
  stream: Fields.required(Fields.Flag, "Whether the server makes the sound piece by piece."),
  speed: Fields.required(Fields.Float, speed),
  ...own
})
export type Cosyvoice2TtsConfig = typeof Cosyvoice2TtsConfig.Type

export const MeloTtsConfig = Schema.Struct({
  speaker: text("The speaker, such as `EN-Default`."),
  language: text("The language that is spoken: EN, ES, FR, ZH, JP or KR."),
  device: textOr("auto", "Accepted and not read: the server chooses what computes."),
  speed: floatOr(1, speed),
  base_url: ServiceFields.baseUrl(
    "`MELO_TTS_BASE_URL` of the environment, else http://127.0.0.1:7860, where `melo-ui` is"
  ),
  ...own
})
export type MeloTtsConfig = typeof MeloTtsConfig.Type

export const CoquiTtsConfig = Schema.Struct({
  model_name: text("Accepted and not read: `tts-server --model_name` says which model speaks."),
  speaker_wav: textOr("", "A recording of the voice to imitate: a path on the server's machine."),
  language: text("The language that is spoken, if the model knows several."),
  device: textOr("", "Accepted and not read: `tts-server --device` says what computes."),
  speaker_id: textOr("", "The speaker, as the model calls it, if it has several."),
  base_url: ServiceFields.baseUrl(
    "`COQUI_TTS_BASE_URL` of the environment, else http://127.0.0.1:5002, where `tts-server` is; `/api/tts` follows"
  ),
  ...own
})
export type CoquiTtsConfig = typeof CoquiTtsConfig.Type

export const XTtsConfig = Schema.Struct({
  api_url: text(
    "The server's address. Ends in `/tts_to_audio` for whole sentences, or in `/tts_stream` for sound as it is made."
  ),
  speaker_wav: text(
    "The voice, as the server calls it: a recording in its folder of speakers, or a path there."
  ),
  language,
  ...own
})
export type XTtsConfig = typeof XTtsConfig.Type

export const GptSovitsTtsConfig = Schema.Struct({
  api_url: text("The server's address, such as `http://127.0.0.1:9880/tts`."),
  text_lang: text("The language of what is spoken."),
  ref_audio_path: text("A recording of the voice to imitate: a path on the server's machine."),
  prompt_lang: text("The language of the recording."),
  prompt_text: text(words),
  text_split_method: text("How the server cuts a text, such as `cut5`."),
  batch_size: text("Pieces that the server speaks at once."),
  media_type: text(
    "The format of the sound: `wav`, which is asked for in place of `raw`, `ogg` and `aac`, too."
  ),
  streaming_mode: text("Whether the sound comes piece by piece: true, false, or a number from 0 to 3."),
  ...own
})
export type GptSovitsTtsConfig = typeof GptSovitsTtsConfig.Type

export const SparkTtsConfig = Schema.Struct({
  api_url: text("The server's address, such as `http://127.0.0.1:7860`."),
  prompt_wav_upload: text(sample),
  api_name: text("The server's function: `voice_clone` or `voice_creation`."),
  gender: text("The kind of voice, `male` or `female`, for `voice_creation`."),
  pitch: int("How high, from 1 to 5, for `voice_creation`."),
  speed: int("How fast, from 1 to 5, for `voice_creation`."),
  ...own
})
export type SparkTtsConfig = typeof SparkTtsConfig.Type
