import { Schema } from "effect"
import * as Fields from "./Fields.ts"

// Voices whose sections are checked, so that a file written for them is read with its mistakes named.

const text = Fields.required(Fields.Text)
const textOr = (fallback: string) => Fields.withDefault(Fields.Text, fallback)
const secret = Fields.required(Fields.Secret)
const int = Fields.required(Fields.Int)
const intOr = (fallback: number) => Fields.withDefault(Fields.Int, fallback)
const float = Fields.required(Fields.Float)
const floatOr = (fallback: number) => Fields.withDefault(Fields.Float, fallback)
const flagOr = (fallback: boolean) => Fields.withDefault(Fields.Flag, fallback)

export const AzureTtsConfig = Schema.Struct({
  api_key: secret,
  region: text,
  voice: text,
  pitch: text,
  rate: text
})

export const VoiceOnlyConfig = Schema.Struct({ voice: text })

const cosyvoice = {
  client_url: text,
  mode_checkbox_group: text,
  sft_dropdown: text,
  prompt_text: text,
  prompt_wav_upload_url: text,
  prompt_wav_record_url: text,
  instruct_text: text,
  seed: int,
  api_name: text
}

export const CosyvoiceTtsConfig = Schema.Struct(cosyvoice)

export const Cosyvoice2TtsConfig = Schema.Struct({
  ...cosyvoice,
  stream: Fields.required(Fields.Flag),
  speed: float
})

export const MeloTtsConfig = Schema.Struct({
  speaker: text,
  language: text,
  device: textOr("auto"),
  speed: floatOr(1)
})

export const CoquiTtsConfig = Schema.Struct({
  model_name: text,
  speaker_wav: textOr(""),
  language: text,
  device: textOr("")
})

export const XTtsConfig = Schema.Struct({ api_url: text, speaker_wav: text, language: text })

export const GptSovitsTtsConfig = Schema.Struct({
  api_url: text,
  text_lang: text,
  ref_audio_path: text,
  prompt_lang: text,
  prompt_text: text,
  text_split_method: text,
  batch_size: text,
  media_type: text,
  streaming_mode: text
})

export const FishApiTtsConfig = Schema.Struct({
  api_key: secret,
  reference_id: text,
  latency: Fields.required(Fields.Choice("normal", "balanced")),
  base_url: text
})

export const SiliconflowTtsConfig = Schema.Struct({
  api_url: textOr("https://api.siliconflow.cn/v1/audio/speech"),
  api_key: secret,
  default_model: textOr("FunAudioLLM/CosyVoice2-0.5B"),
  default_voice: textOr("speech:Dreamflowers:5bdstvc39i:xkqldnpasqmoqbakubom"),
  sample_rate: intOr(32_000),
  response_format: textOr("mp3"),
  stream: flagOr(true),
  speed: floatOr(1),
  gain: intOr(0)
})

export const SparkTtsConfig = Schema.Struct({
  api_url: text,
  prompt_wav_upload: text,
  api_name: text,
  gender: text,
  pitch: int,
  speed: int
})

export const MinimaxTtsConfig = Schema.Struct({
  group_id: text,
  api_key: secret,
  model: textOr("speech-02-turbo"),
  voice_id: textOr("male-qn-qingse"),
  pronunciation_dict: textOr("")
})

export const ElevenlabsTtsConfig = Schema.Struct({
  api_key: secret,
  voice_id: text,
  model_id: textOr("eleven_multilingual_v2"),
  output_format: textOr("mp3_44100_128"),
  stability: floatOr(0.5),
  similarity_boost: floatOr(0.5),
  style: floatOr(0),
  use_speaker_boost: flagOr(true)
})

export const CartesiaTtsConfig = Schema.Struct({
  model_id: textOr("sonic-3"),
  api_key: secret,
  voice_id: text,
  output_format: Fields.withDefault(Fields.Choice("wav", "mp3"), "wav"),
  language: textOr("en"),
  emotion: textOr("neutral"),
  volume: floatOr(1),
  speed: floatOr(1)
})
