import { Schema } from "effect"
import * as Fields from "./Fields.ts"
import { SherpaAsrConfig } from "./SherpaAsrConfig.ts"

const text = (about: string) => Fields.required(Fields.Text, about)
const optionalText = (about: string) => Fields.maybe(Fields.Text, about)
const textOr = (fallback: string, about: string) => Fields.withDefault(Fields.Text, fallback, about)
const intOr = (fallback: number, about: string) => Fields.withDefault(Fields.Int, fallback, about)
const flagOr = (fallback: boolean, about: string) => Fields.withDefault(Fields.Flag, fallback, about)
const cpuOrCuda = Fields.withDefault(Fields.Choice("cpu", "cuda"), "cpu", "What computes.")
const prompt = optionalText("A text that leads the model to a style and to rare words.")
const modelsFolder = text("The folder of its models.")
const spoken = (fallback: string) =>
  textOr(fallback, "The language that is spoken, such as `en`, or `auto` to find out.")

const AzureAsr = Schema.Struct({
  api_key: Fields.required(Fields.Secret, "The account's key."),
  region: text("The account's region, such as `eastus`."),
  languages: Fields.withDefault(Fields.TextList, ["en-US", "zh-CN"], "Languages that may be spoken.")
})

const FasterWhisper = Schema.Struct({
  model_path: text("The model: a name or a folder."),
  download_root: modelsFolder,
  language: optionalText("The language that is spoken. Without the key it is found out."),
  device: textOr("auto", "What computes: `auto`, `cpu` or `cuda`."),
  compute_type: Fields.withDefault(
    Fields.Choice("int8", "float16", "float32"),
    "int8",
    "How exactly the model computes."
  ),
  prompt
})

/** A running server of whisper.cpp (`whisper-server`). */
export const WhisperCppConfig = Schema.Struct({
  model_name: text("The model; the server has its own, whatever this says."),
  model_dir: text("The folder of models; the server has its own, whatever this says."),
  print_realtime: flagOr(false, "Accepted and not read: nothing is printed."),
  print_progress: flagOr(false, "Accepted and not read: nothing is printed."),
  language: spoken("auto"),
  prompt,
  base_url: Fields.withDefault(Fields.NonEmptyText, "http://127.0.0.1:8080", "Where the server listens."),
  max_concurrency: Fields.withDefault(
    Fields.Places,
    1,
    "Utterances that are transcribed at once; the others wait."
  )
})
export type WhisperCppConfig = typeof WhisperCppConfig.Type

const Whisper = Schema.Struct({
  name: text("The model, such as `medium`."),
  download_root: modelsFolder,
  device: cpuOrCuda,
  prompt
})

const FunAsr = Schema.Struct({
  model_name: textOr("iic/SenseVoiceSmall", "The model."),
  vad_model: textOr("fsmn-vad", "The model that notices speech."),
  punc_model: textOr("ct-punc", "The model that sets punctuation."),
  device: cpuOrCuda,
  disable_update: flagOr(true, "Whether it does not look for a newer version."),
  ncpu: intOr(4, "Threads."),
  hub: Fields.withDefault(
    Fields.Choice("ms", "hf"),
    "ms",
    "Where models come from: ModelScope or Hugging Face."
  ),
  use_itn: flagOr(false, "Whether numbers are written in digits."),
  language: spoken("auto")
})

const GroqWhisperAsr = Schema.Struct({
  api_key: Fields.required(Fields.Secret, "The account's key."),
  model: textOr("whisper-large-v3-turbo", "The model, as Groq calls it."),
  lang: optionalText("The language that is spoken. Without the key it is found out.")
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
    ),
    "What listens: a section below. Empty: the character only reads."
  ),
  azure_asr: Fields.maybe(Fields.section(AzureAsr), "Microsoft's service."),
  faster_whisper: Fields.maybe(Fields.section(FasterWhisper), "Whisper by faster-whisper."),
  whisper_cpp: Fields.maybe(
    Fields.section(WhisperCppConfig),
    "whisper.cpp's own server, which you start: `whisper-server`."
  ),
  whisper: Fields.maybe(Fields.section(Whisper), "Whisper by OpenAI's library."),
  fun_asr: Fields.maybe(Fields.section(FunAsr), "Alibaba's FunASR."),
  groq_whisper_asr: Fields.maybe(Fields.section(GroqWhisperAsr), "Whisper that Groq runs."),
  sherpa_onnx_asr: Fields.maybe(
    Fields.section(SherpaAsrConfig),
    "A recogniser on this machine: `model`, or `model_type` with its files."
  )
})
export type AsrConfig = typeof AsrConfig.Type

/** The recognisers that are part of this version. */
export const builtRecognisers: ReadonlyArray<AsrConfig["asr_model"]> = ["sherpa_onnx_asr", "whisper_cpp"]
