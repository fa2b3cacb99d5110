import { Schema } from "effect"
import * as Fields from "./Fields.ts"
import { SherpaAsrConfig } from "./SherpaAsrConfig.ts"

const text = Fields.required(Fields.Text)
const optionalText = Fields.maybe(Fields.Text)
const textOr = (fallback: string) => Fields.withDefault(Fields.Text, fallback)
const intOr = (fallback: number) => Fields.withDefault(Fields.Int, fallback)
const flagOr = (fallback: boolean) => Fields.withDefault(Fields.Flag, fallback)
const cpuOrCuda = Fields.withDefault(Fields.Choice("cpu", "cuda"), "cpu")

const AzureAsr = Schema.Struct({
  api_key: Fields.required(Fields.Secret),
  region: text,
  languages: Fields.withDefault(Fields.TextList, ["en-US", "zh-CN"])
})

const FasterWhisper = Schema.Struct({
  model_path: text,
  download_root: text,
  language: optionalText,
  device: textOr("auto"),
  compute_type: Fields.withDefault(Fields.Choice("int8", "float16", "float32"), "int8"),
  prompt: optionalText
})

/** A running server of whisper.cpp (`whisper-server`). */
export const WhisperCppConfig = Schema.Struct({
  model_name: text,
  model_dir: text,
  print_realtime: flagOr(false),
  print_progress: flagOr(false),
  language: textOr("auto"),
  prompt: optionalText,
  /** Where the server listens; our own key. Defaults to its own address. */
  base_url: Fields.withDefault(Fields.NonEmptyText, "http://127.0.0.1:8080"),
  /** Utterances that are transcribed at once; the others wait. Defaults to 1. */
  max_concurrency: Fields.withDefault(Fields.Places, 1)
})
export type WhisperCppConfig = typeof WhisperCppConfig.Type

const Whisper = Schema.Struct({ name: text, download_root: text, device: cpuOrCuda, prompt: optionalText })

const FunAsr = Schema.Struct({
  model_name: textOr("iic/SenseVoiceSmall"),
  vad_model: textOr("fsmn-vad"),
  punc_model: textOr("ct-punc"),
  device: cpuOrCuda,
  disable_update: flagOr(true),
  ncpu: intOr(4),
  hub: Fields.withDefault(Fields.Choice("ms", "hf"), "ms"),
  use_itn: flagOr(false),
  language: textOr("auto")
})

const GroqWhisperAsr = Schema.Struct({
  api_key: Fields.required(Fields.Secret),
  model: textOr("whisper-large-v3-turbo"),
  lang: optionalText
})

/** The `asr_config` section: what listens. */
export const AsrConfig = Schema.Struct({
  asr_model: Fields.maybeNone(
    Fields.Choice(
      "faster_whisper",
      "whisper_cpp",
      "whisper",
      "azure_asr",
      "fun_asr",
      "groq_whisper_asr",
      "sherpa_onnx_asr"
    )
  ),
  azure_asr: Fields.maybe(Fields.section(AzureAsr)),
  faster_whisper: Fields.maybe(Fields.section(FasterWhisper)),
  whisper_cpp: Fields.maybe(Fields.section(WhisperCppConfig)),
  whisper: Fields.maybe(Fields.section(Whisper)),
  fun_asr: Fields.maybe(Fields.section(FunAsr)),
  groq_whisper_asr: Fields.maybe(Fields.section(GroqWhisperAsr)),
  sherpa_onnx_asr: Fields.maybe(Fields.section(SherpaAsrConfig))
})
export type AsrConfig = typeof AsrConfig.Type

/** The recognisers that are part of this version. */
export const builtRecognisers: ReadonlyArray<AsrConfig["asr_model"]> = ["sherpa_onnx_asr", "whisper_cpp"]
