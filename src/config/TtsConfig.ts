import { Schema } from "effect"
import * as CloudTts from "./CloudTtsConfig.ts"
import * as Fields from "./Fields.ts"
import * as HttpFields from "./HttpFields.ts"
import * as LocalTts from "./LocalTtsConfig.ts"
import * as ServiceFields from "./ServiceFields.ts"
import * as RemoteTts from "./RemoteTtsConfig.ts"
import { fallback, voiceNames } from "./VoiceNames.ts"
import type { VoiceName } from "./VoiceNames.ts"
import { WyomingTtsConfig } from "./WyomingConfig.ts"

/** Any server that speaks OpenAI's `audio/speech`. */
export const OpenAiTtsConfig = Schema.Struct({
  model: Fields.withDefault(Fields.NonEmptyText, "kokoro", "The model, as the server calls it."),
  voice: Fields.withDefault(Fields.NonEmptyText, "af_sky+af_bella", "The voice, as the server calls it."),
  api_key: Fields.withDefault(HttpFields.HeaderKey, "not-needed", "The server's key, if it asks for one."),
  base_url: ServiceFields.baseUrl(
    "`OPENAI_BASE_URL` of the environment, else http://localhost:8880/v1; `/audio/speech` follows"
  ),
  file_extension: Fields.withDefault(
    Fields.Choice("mp3", "wav", "flac", "opus"),
    "mp3",
    "The format of the sound."
  ),
  ...ServiceFields.limits(16),
  ...fallback
})
export type OpenAiTtsConfig = typeof OpenAiTtsConfig.Type

/** The `tts_config` section: what speaks. */
export const TtsConfig = Schema.Struct({
  tts_model: Fields.requiredOrNone(
    Fields.Choice(...voiceNames),
    "What speaks: a section below. Empty: the character only writes."
  ),
  flite_tts: Fields.withDefault(
    Fields.section(LocalTts.FliteTtsConfig),
    {},
    "A plain English voice on this machine."
  ),
  openai_tts: Fields.withDefault(
    Fields.section(OpenAiTtsConfig),
    {},
    "Any server that speaks OpenAI's protocol for speech."
  ),
  command_tts: Fields.maybe(
    Fields.section(LocalTts.CommandTtsConfig),
    "Any program that reads text from its standard input and writes a sound file."
  ),
  azure_tts: Fields.maybe(Fields.section(CloudTts.AzureTtsConfig), "Microsoft's service."),
  bark_tts: Fields.maybe(
    Fields.section(RemoteTts.BarkTtsConfig),
    "Suno's Bark, by a server that speaks OpenAI's protocol for speech."
  ),
  edge_tts: Fields.maybe(Fields.section(CloudTts.EdgeTtsConfig), "The voices of Microsoft's browser."),
  cosyvoice_tts: Fields.maybe(Fields.section(RemoteTts.CosyvoiceTtsConfig), "A CosyVoice server."),
  cosyvoice2_tts: Fields.maybe(Fields.section(RemoteTts.Cosyvoice2TtsConfig), "A CosyVoice 2 server."),
  melo_tts: Fields.maybe(Fields.section(RemoteTts.MeloTtsConfig), "MeloTTS, by its page `melo-ui`."),
  coqui_tts: Fields.maybe(Fields.section(RemoteTts.CoquiTtsConfig), "Coqui TTS, by its `tts-server`."),
  x_tts: Fields.maybe(Fields.section(RemoteTts.XTtsConfig), "An XTTS server."),
  gpt_sovits: Fields.maybe(
    Fields.section(RemoteTts.GptSovitsTtsConfig),
    "A GPT-SoVITS server. Goes by the name `gpt_sovits_tts`, too."
  ),
  gpt_sovits_tts: Fields.maybe(
    Fields.section(RemoteTts.GptSovitsTtsConfig),
    "A GPT-SoVITS server. Goes by the name `gpt_sovits`, too."
  ),
  fish_api_tts: Fields.maybe(Fields.section(CloudTts.FishApiTtsConfig), "The service of Fish Audio."),
  sherpa_onnx_tts: Fields.maybe(
    Fields.section(LocalTts.SherpaOnnxTtsConfig),
    "A voice of sherpa-onnx on this machine: `model`, or the files of exactly one kind of voice. A key of several files separates them by commas."
  ),
  siliconflow_tts: Fields.maybe(Fields.section(CloudTts.SiliconflowTtsConfig), "SiliconFlow's service."),
  spark_tts: Fields.maybe(Fields.section(RemoteTts.SparkTtsConfig), "A Spark-TTS server."),
  minimax_tts: Fields.maybe(Fields.section(CloudTts.MinimaxTtsConfig), "MiniMax's service."),
  elevenlabs_tts: Fields.maybe(Fields.section(CloudTts.ElevenlabsTtsConfig), "The service of ElevenLabs."),
  cartesia_tts: Fields.maybe(Fields.section(CloudTts.CartesiaTtsConfig), "Cartesia's service."),
  piper_tts: Fields.maybe(Fields.section(LocalTts.PiperTtsConfig), "A piper voice on this machine."),
  wyoming_tts: Fields.maybe(
    Fields.section(WyomingTtsConfig),
    "Any server of the Wyoming protocol, such as Home Assistant has."
  ),
  pyttsx3_tts: Fields.withDefault(
    Fields.section(LocalTts.Pyttsx3TtsConfig),
    {},
    "The system's own voice, by Python's pyttsx3."
  )
})
export type TtsConfig = typeof TtsConfig.Type

/** The section of GPT-SoVITS goes by two names. */
export const gptSovitsOf = ({ gpt_sovits, gpt_sovits_tts }: TtsConfig) => gpt_sovits_tts ?? gpt_sovits

/** The section of the chosen voice. */
export const sectionOf = (config: TtsConfig) => {
  const { tts_model } = config
  if (tts_model === undefined) return undefined
  return tts_model === "gpt_sovits_tts" ? gptSovitsOf(config) : config[tts_model]
}

/** The voice that takes the place of the chosen one while that cannot speak. */
export const fallbackOf = (config: TtsConfig): VoiceName | undefined => {
  const section = sectionOf(config)
  const other = section !== undefined && "fallback" in section ? section.fallback : undefined
  return other === config.tts_model ? undefined : other
}
