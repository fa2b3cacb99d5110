import { Schema } from "effect"
import * as Fields from "./Fields.ts"

const optionalText = (about: string) => Fields.maybe(Fields.Text, about)
const file = (what: string) => optionalText(`The file of the ${what}.`)

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
  model: optionalText("`auto` or the catalogue's name of a model, instead of a type and files."),
  model_type: Fields.maybe(
    Fields.Choice(...offlineTypes, ...streamingTypes),
    "What kind of model the files are of. Those that begin with `streaming` hear while one speaks."
  ),
  encoder: file("encoder of a transducer, streaming or not, or of a streaming paraformer"),
  decoder: file("decoder of a transducer, streaming or not, or of a streaming paraformer"),
  joiner: file("joiner of a transducer"),
  paraformer: file("model Paraformer"),
  nemo_ctc: file("NeMo model, with streaming or without"),
  wenet_ctc: file("WeNet model"),
  tdnn_model: file("TDNN model"),
  whisper_encoder: file("encoder of Whisper"),
  whisper_decoder: file("decoder of Whisper"),
  sense_voice: file("model SenseVoice"),
  fire_red_asr_encoder: file("encoder of FireRedASR"),
  fire_red_asr_decoder: file("decoder of FireRedASR"),
  moonshine_preprocessor: file("preprocessor of Moonshine"),
  moonshine_encoder: file("encoder of Moonshine"),
  moonshine_uncached_decoder: file("uncached decoder of Moonshine"),
  moonshine_cached_decoder: file("cached decoder of Moonshine"),
  zipformer_ctc: file("Zipformer model"),
  dolphin: file("model Dolphin"),
  canary_encoder: file("encoder of Canary"),
  canary_decoder: file("decoder of Canary"),
  omnilingual: file("omnilingual model"),
  medasr: file("model MedASR"),
  cohere_encoder: file("encoder of Cohere Transcribe"),
  cohere_decoder: file("decoder of Cohere Transcribe"),
  zipformer2_ctc: file("streaming Zipformer 2 model"),
  tone_ctc: file("streaming T-one model"),
  tokens: file("model's tokens, `tokens.txt`"),
  num_threads: Fields.withDefault(
    Fields.IntIn({ min: 1 }),
    4,
    "Threads; at most the cores of this machine less one are used."
  ),
  use_itn: Fields.withDefault(
    Fields.Flag,
    true,
    "Whether numbers are written in digits, for models that can."
  ),
  provider: Fields.withDefault(
    Fields.Choice("cpu", "cuda", "rocm"),
    "cpu",
    "What computes; the library comes with the processor only."
  ),
  language: Fields.withDefault(
    Fields.NonEmptyText,
    "auto",
    "The language that is spoken, such as `en`, for models that want to know."
  ),
  max_concurrency: Fields.withDefault(
    Fields.Places,
    1,
    "Utterances that are transcribed at once; the others wait, sessions taking turns."
  )
})
export type SherpaAsrConfig = typeof SherpaAsrConfig.Type
