import { Schema } from "effect"
import * as Fields from "./Fields.ts"

// Voices whose sections are checked, so that a file written for them is read with its mistakes named.

const text = (about: string) => Fields.required(Fields.Text, about)
const textOr = (fallback: string, about: string) => Fields.withDefault(Fields.Text, fallback, about)
const int = (about: string) => Fields.required(Fields.Int, about)
const floatOr = (fallback: number, about: string) => Fields.withDefault(Fields.Float, fallback, about)
const speed = "How fast it speaks; above 1 is faster."
const voice = "The voice, as the provider calls it."
const language = text("The language that is spoken.")
const server = text("The server's address.")
const sample = "A recording of the voice to imitate: a path or an address."
const words = "What is said in the recording."

export const VoiceOnlyConfig = Schema.Struct({ voice: text(voice) })

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

export const CosyvoiceTtsConfig = Schema.Struct(cosyvoice)

export const Cosyvoice2TtsConfig = Schema.Struct({
  ...cosyvoice,
  stream: Fields.required(Fields.Flag, "Whether the sound comes piece by piece."),
  speed: Fields.required(Fields.Float, speed)
})

export const MeloTtsConfig = Schema.Struct({
  speaker: text("The speaker, such as `EN-Default`."),
  language,
  device: textOr("auto", "What computes: `auto`, `cpu`, `cuda` or `mps`."),
  speed: floatOr(1, speed)
})

export const CoquiTtsConfig = Schema.Struct({
  model_name: text("The model, as Coqui calls it."),
  speaker_wav: textOr("", sample),
  language,
  device: textOr("", "What computes: `cpu` or `cuda`. Empty: the library chooses.")
})

export const XTtsConfig = Schema.Struct({ api_url: server, speaker_wav: text(sample), language })

export const GptSovitsTtsConfig = Schema.Struct({
  api_url: server,
  text_lang: text("The language of what is spoken."),
  ref_audio_path: text(sample),
  prompt_lang: text("The language of the recording."),
  prompt_text: text(words),
  text_split_method: text("How the server cuts a text, such as `cut5`."),
  batch_size: text("Pieces that the server speaks at once."),
  media_type: text("The format of the sound, such as `wav`."),
  streaming_mode: text("Whether the sound comes piece by piece.")
})

export const SparkTtsConfig = Schema.Struct({
  api_url: server,
  prompt_wav_upload: text(sample),
  api_name: text("The server's function: `voice_clone` or `voice_creation`."),
  gender: text("The kind of voice, for `voice_creation`."),
  pitch: int("How high, from 1 to 5, for `voice_creation`."),
  speed: int("How fast, from 1 to 5, for `voice_creation`.")
})
