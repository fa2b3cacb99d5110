import { Schema } from "effect"
import * as Fields from "./Fields.ts"

const optionalText = Fields.maybe(Fields.Text)

/** Models that hear a whole utterance; the first eight are upstream's. */
const offlineTypes = [
  "transducer",
  "paraformer",
  "nemo_ctc",
  "wenet_ctc",
  "whisper",
  "tdnn_ctc",
  "sense_voice",
  "fire_red_asr",
  "moonshine",
  "zipformer_ctc",
  "dolphin",
  "canary",
  "omnilingual",
  "medasr",
  "cohere_transcribe"
] as const

/** Models that hear while one speaks. */
const streamingTypes = [
  "streaming_transducer",
  "streaming_paraformer",
  "streaming_zipformer2_ctc",
  "streaming_nemo_ctc",
  "streaming_tone_ctc"
] as const

/** The `sherpa_onnx_asr` section. Files are relative to the configuration's folder. */
export const SherpaAsrConfig = Schema.Struct({
  /** Our own key: `auto` or an id of the model catalogue, instead of a type and files. */
  model: optionalText,
  model_type: Fields.maybe(Fields.Choice(...offlineTypes, ...streamingTypes)),
  /** Of a transducer, streaming or not, and of a streaming paraformer. */
  encoder: optionalText,
  decoder: optionalText,
  joiner: optionalText,
  paraformer: optionalText,
  nemo_ctc: optionalText,
  wenet_ctc: optionalText,
  tdnn_model: optionalText,
  whisper_encoder: optionalText,
  whisper_decoder: optionalText,
  sense_voice: optionalText,
  fire_red_asr_encoder: optionalText,
  fire_red_asr_decoder: optionalText,
  moonshine_preprocessor: optionalText,
  moonshine_encoder: optionalText,
  moonshine_uncached_decoder: optionalText,
  moonshine_cached_decoder: optionalText,
  zipformer_ctc: optionalText,
  dolphin: optionalText,
  canary_encoder: optionalText,
  canary_decoder: optionalText,
  omnilingual: optionalText,
  medasr: optionalText,
  cohere_encoder: optionalText,
  cohere_decoder: optionalText,
  zipformer2_ctc: optionalText,
  tone_ctc: optionalText,
  tokens: optionalText,
  /** At most the cores of this machine less one are used. Defaults to 4. */
  num_threads: Fields.withDefault(Fields.IntIn({ min: 1 }), 4),
  use_itn: Fields.withDefault(Fields.Flag, true),
  provider: Fields.withDefault(Fields.Choice("cpu", "cuda", "rocm"), "cpu"),
  /** Our own key: the language that is spoken, such as `en`, for models that want to know. Defaults to `auto`. */
  language: Fields.withDefault(Fields.NonEmptyText, "auto"),
  /** Our own key: utterances that are transcribed at once; the others wait, sessions taking turns. Defaults to 1. */
  max_concurrency: Fields.withDefault(Fields.Places, 1)
})
export type SherpaAsrConfig = typeof SherpaAsrConfig.Type
