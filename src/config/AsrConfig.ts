import { Schema } from "effect"
import * as Fields from "./Fields.ts"
import { recogniserNames } from "./RecogniserNames.ts"
import type { RecogniserName } from "./RecogniserNames.ts"
import * as Remote from "./RemoteAsrConfig.ts"
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

/** The `asr_config` section: what listens. */
export const AsrConfig = Schema.Struct({
  asr_model: Fields.maybeNone(
    Fields.Choice(...recogniserNames),
    "What listens: a section below. Empty: the character only reads."
  ),
  azure_asr: Fields.maybe(Fields.section(Remote.AzureAsrConfig), "Microsoft's service."),
  faster_whisper: Fields.maybe(Fields.section(FasterWhisper), "Whisper by faster-whisper."),
  whisper_cpp: Fields.maybe(
    Fields.section(Remote.WhisperCppConfig),
    "whisper.cpp's own server, which you start: `whisper-server`."
  ),
  whisper: Fields.maybe(Fields.section(Whisper), "Whisper by OpenAI's library."),
  fun_asr: Fields.maybe(Fields.section(FunAsr), "Alibaba's FunASR."),
  groq_whisper_asr: Fields.maybe(Fields.section(Remote.GroqWhisperAsrConfig), "Whisper that Groq runs."),
  openai_asr: Fields.maybe(
    Fields.section(Remote.OpenAiAsrConfig),
    "Any server that speaks OpenAI's protocol for transcripts."
  ),
  deepgram_asr: Fields.maybe(
    Fields.section(Remote.DeepgramAsrConfig),
    "Deepgram's service, which hears while one speaks."
  ),
  sherpa_onnx_asr: Fields.maybe(
    Fields.section(SherpaAsrConfig),
    "A recogniser on this machine: `model`, or `model_type` with its files."
  )
})
export type AsrConfig = typeof AsrConfig.Type

/** The recogniser that takes the place of the chosen one while that cannot listen. */
export const fallbackOf = (config: AsrConfig): RecogniserName | undefined => {
  const { asr_model } = config
  const section = asr_model === undefined ? undefined : config[asr_model]
  const other = section !== undefined && "fallback" in section ? section.fallback : undefined
  return other === asr_model ? undefined : other
}

/** The recognisers that are part of this version. */
export const builtRecognisers: ReadonlyArray<RecogniserName> = [
  "sherpa_onnx_asr",
  "whisper_cpp",
  "openai_asr",
  "groq_whisper_asr",
  "deepgram_asr",
  "azure_asr"
]
