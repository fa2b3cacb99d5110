import { Schema } from "effect"
import * as Fields from "./Fields.ts"
import * as LocalTts from "./LocalTtsConfig.ts"
import * as RemoteTts from "./RemoteTtsConfig.ts"

/** Any server that speaks OpenAI's `audio/speech`. */
export const OpenAiTtsConfig = Schema.Struct({
  model: Fields.withDefault(Fields.NonEmptyText, "kokoro"),
  voice: Fields.withDefault(Fields.NonEmptyText, "af_sky+af_bella"),
  api_key: Fields.withDefault(Fields.Secret, "not-needed"),
  base_url: Fields.withDefault(Fields.NonEmptyText, "http://localhost:8880/v1"),
  file_extension: Fields.withDefault(Fields.Choice("mp3", "wav", "flac", "opus"), "mp3"),
  /** Requests of one session under way at a time. Defaults to 3. */
  max_concurrency: Fields.withDefault(Fields.IntIn({ min: 1 }), 3)
})
export type OpenAiTtsConfig = typeof OpenAiTtsConfig.Type

/** The `tts_config` section: what speaks. */
export const TtsConfig = Schema.Struct({
  /** None: the character only writes. */
  tts_model: Fields.requiredOrNone(
    Fields.Choice(
      "flite_tts",
      "openai_tts",
      "command_tts",
      "azure_tts",
      "bark_tts",
      "edge_tts",
      "cosyvoice_tts",
      "cosyvoice2_tts",
      "melo_tts",
      "coqui_tts",
      "x_tts",
      "gpt_sovits_tts",
      "fish_api_tts",
      "sherpa_onnx_tts",
      "siliconflow_tts",
      "spark_tts",
      "minimax_tts",
      "elevenlabs_tts",
      "cartesia_tts",
      "piper_tts"
    )
  ),
  flite_tts: Fields.withDefault(Fields.section(LocalTts.FliteTtsConfig), {}),
  openai_tts: Fields.withDefault(Fields.section(OpenAiTtsConfig), {}),
  command_tts: Fields.maybe(Fields.section(LocalTts.CommandTtsConfig)),
  azure_tts: Fields.maybe(Fields.section(RemoteTts.AzureTtsConfig)),
  bark_tts: Fields.maybe(Fields.section(RemoteTts.VoiceOnlyConfig)),
  edge_tts: Fields.maybe(Fields.section(RemoteTts.VoiceOnlyConfig)),
  cosyvoice_tts: Fields.maybe(Fields.section(RemoteTts.CosyvoiceTtsConfig)),
  cosyvoice2_tts: Fields.maybe(Fields.section(RemoteTts.Cosyvoice2TtsConfig)),
  melo_tts: Fields.maybe(Fields.section(RemoteTts.MeloTtsConfig)),
  coqui_tts: Fields.maybe(Fields.section(RemoteTts.CoquiTtsConfig)),
  x_tts: Fields.maybe(Fields.section(RemoteTts.XTtsConfig)),
  // Both names are in use for the same section.
  gpt_sovits: Fields.maybe(Fields.section(RemoteTts.GptSovitsTtsConfig)),
  gpt_sovits_tts: Fields.maybe(Fields.section(RemoteTts.GptSovitsTtsConfig)),
  fish_api_tts: Fields.maybe(Fields.section(RemoteTts.FishApiTtsConfig)),
  sherpa_onnx_tts: Fields.maybe(Fields.section(LocalTts.SherpaOnnxTtsConfig)),
  siliconflow_tts: Fields.maybe(Fields.section(RemoteTts.SiliconflowTtsConfig)),
  spark_tts: Fields.maybe(Fields.section(RemoteTts.SparkTtsConfig)),
  minimax_tts: Fields.maybe(Fields.section(RemoteTts.MinimaxTtsConfig)),
  elevenlabs_tts: Fields.maybe(Fields.section(RemoteTts.ElevenlabsTtsConfig)),
  cartesia_tts: Fields.maybe(Fields.section(RemoteTts.CartesiaTtsConfig)),
  piper_tts: Fields.maybe(Fields.section(LocalTts.PiperTtsConfig))
})
export type TtsConfig = typeof TtsConfig.Type

/** What may be chosen as `tts_model`. */
export type VoiceName = NonNullable<TtsConfig["tts_model"]>

/** The voices that are part of this version. */
export const builtVoices: ReadonlyArray<VoiceName> = [
  "flite_tts",
  "sherpa_onnx_tts",
  "piper_tts",
  "command_tts",
  "openai_tts"
]
