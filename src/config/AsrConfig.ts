import { Schema } from "effect"
import * as Fields from "./Fields.ts"
import { recogniserNames } from "./RecogniserNames.ts"
import type { RecogniserName } from "./RecogniserNames.ts"
import * as Remote from "./RemoteAsrConfig.ts"
import { SherpaAsrConfig } from "./SherpaAsrConfig.ts"
import { ownServer, WyomingAsrConfig } from "./WyomingConfig.ts"

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

/** Whisper in CTranslate2's format, by a server that is started for it. */
export const FasterWhisperConfig = Schema.Struct({
  model_path: text("The model: a name such as `small`, or a folder."),
  download_root: modelsFolder,
  language: optionalText("The language that is spoken. Without the key it is found out."),
  device: textOr("auto", "What computes: `auto`, `cpu` or `cuda`."),
  compute_type: Fields.withDefault(
    Fields.Choice("int8", "float16", "float32"),
    "int8",
    "How exactly the model computes."
  ),
  prompt,
  ...ownServer
})
export type FasterWhisperConfig = typeof FasterWhisperConfig.Type

export const WhisperConfig = Schema.Struct({
  name: text("The model, such as `medium`."),
  download_root: modelsFolder,
  device: cpuOrCuda,
  prompt,
  ...ownServer
})
export type WhisperConfig = typeof WhisperConfig.Type

export const FunAsrConfig = Schema.Struct({
  model_name: textOr("iic/SenseVoiceSmall", "The model: a name or a folder."),
  vad_model: textOr("fsmn-vad", "Accepted and not read: who speaks is noticed before."),
  punc_model: textOr("ct-punc", "Accepted and not read: the model sets punctuation itself."),
  device: cpuOrCuda,
  disable_update: flagOr(true, "Accepted and not read: the server never looks for a newer version."),
  ncpu: intOr(4, "Threads; at most one less than this machine's cores."),
  hub: Fields.withDefault(
    Fields.Choice("ms", "hf"),
    "ms",
    "Accepted and not read: the server's models come from Hugging Face."
  ),
  use_itn: flagOr(false, "Accepted and not read: numbers are written in digits."),
  language: spoken("auto"),
  ...ownServer
})
export type FunAsrConfig = typeof FunAsrConfig.Type

/** The `asr_config` section: what listens. */
export const AsrConfig = Schema.Struct({
  asr_model: Fields.maybeNone(
    Fields.Choice(...recogniserNames),
    "What listens: a section below. Empty: the character only reads."
  ),
  azure_asr: Fields.maybe(Fields.section(Remote.AzureAsrConfig), "Microsoft's service."),
  faster_whisper: Fields.maybe(
    Fields.section(FasterWhisperConfig),
    "Whisper by faster-whisper. Needs `pip install wyoming-faster-whisper`."
  ),
  whisper_cpp: Fields.maybe(
    Fields.section(Remote.WhisperCppConfig),
    "whisper.cpp's own server, which you start: `whisper-server`."
  ),
  whisper: Fields.maybe(Fields.section(WhisperConfig), "Whisper by its usual names, by faster-whisper, too."),
  fun_asr: Fields.maybe(
    Fields.section(FunAsrConfig),
    "Alibaba's FunASR. Needs `pip install 'wyoming-faster-whisper[funasr]'`."
  ),
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
  ),
  wyoming_asr: Fields.maybe(
    Fields.section(WyomingAsrConfig),
    "Any server of the Wyoming protocol, such as Home Assistant has."
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
