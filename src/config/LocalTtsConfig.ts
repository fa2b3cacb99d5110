import { Schema } from "effect"
import * as Fields from "./Fields.ts"
import { fallback } from "./VoiceNames.ts"

// Voices that speak on this machine. Relative paths start from the folder of conf.yaml.

const optionalText = (about: string) => Fields.maybe(Fields.Text, about)
const file = (what: string) => optionalText(`The file of the ${what}.`)
const folder = (what: string) => optionalText(`The folder of the ${what}.`)
const textOr = (fallback: string, about: string) => Fields.withDefault(Fields.Text, fallback, about)
const flagOr = (fallback: boolean, about: string) => Fields.withDefault(Fields.Flag, fallback, about)

/** Further than this a sentence takes minutes, or is over before it is heard. */
const factor = Fields.FloatIn({ min: 0.1, max: 10 })

const places = Fields.withDefault(Fields.Places, 1, "Sentences that are spoken at a time, for all sessions.")
const unread = optionalText("Accepted and not read: the library that comes along does without.")

/** An engine that is part of this project: a voice that needs no network. */
export const FliteTtsConfig = Schema.Struct({
  voice: Fields.withDefault(Fields.NonEmptyText, "slt", "The voice."),
  max_concurrency: Fields.maybe(
    Fields.Places,
    "Sentences that are spoken at a time, for all sessions. Without the key: the engine's threads, one or two."
  )
})
export type FliteTtsConfig = typeof FliteTtsConfig.Type

/** sherpa-onnx. The files of exactly one kind of voice, or `model`. A key of several files separates them by commas. */
export const SherpaOnnxTtsConfig = Schema.Struct({
  model: optionalText("A voice of the catalogue, in place of files."),
  vits_model: file("VITS voice"),
  vits_lexicon: file("lexicon"),
  vits_tokens: file("voice's tokens, `tokens.txt`"),
  vits_data_dir: folder("espeak-ng data"),
  vits_dict_dir: unread,
  matcha_acoustic_model: file("Matcha voice"),
  matcha_vocoder: file("vocoder"),
  matcha_lexicon: file("lexicon"),
  matcha_tokens: file("voice's tokens, `tokens.txt`"),
  matcha_data_dir: folder("espeak-ng data"),
  matcha_dict_dir: unread,
  kokoro_model: file("Kokoro model"),
  kokoro_voices: file("voices, `voices.bin`"),
  kokoro_tokens: file("model's tokens, `tokens.txt`"),
  kokoro_data_dir: folder("espeak-ng data"),
  kokoro_dict_dir: unread,
  kokoro_lexicon: file("lexicon"),
  kokoro_lang: optionalText("Language of a voice of several, such as `en` or `es`."),
  kitten_model: file("Kitten model"),
  kitten_voices: file("voices, `voices.bin`"),
  kitten_tokens: file("model's tokens, `tokens.txt`"),
  kitten_data_dir: folder("espeak-ng data"),
  tts_rule_fsts: optionalText(
    "Files of rules for how numbers and the like are read, with commas between them."
  ),
  max_num_sentences: Fields.withDefault(
    Fields.Int,
    2,
    "Accepted and not read: sentences are spoken one at a time, so that an interruption takes effect soon."
  ),
  sid: Fields.withDefault(
    Fields.Int,
    1,
    "The speaker of a voice of several, from 0. One that the voice does not have is taken as 0."
  ),
  provider: Fields.withDefault(
    Fields.Choice("cpu", "cuda", "coreml"),
    "cpu",
    "What computes; the library falls back to the processor where it has no other."
  ),
  num_threads: Fields.withDefault(Fields.Int, 1, "Threads; at most one less than this machine's cores."),
  speed: Fields.withDefault(factor, 1, "How fast it speaks; above 1 is faster."),
  debug: flagOr(false, "Has the library say more, in the log at level debug."),
  max_concurrency: places,
  ...fallback
})
export type SherpaOnnxTtsConfig = typeof SherpaOnnxTtsConfig.Type

/** A piper voice: its `.onnx`, with the `.onnx.json` beside it. */
export const PiperTtsConfig = Schema.Struct({
  model_path: textOr(
    "models/piper/zh_CN-huayan-medium.onnx",
    "The `.onnx` file, with the `.onnx.json` beside it, or the id of a piper voice of the catalogue."
  ),
  speaker_id: Fields.withDefault(Fields.Int, 0, "The speaker of a voice of several, from 0."),
  length_scale: Fields.withDefault(factor, 1, "How long sounds are; above 1 is slower."),
  noise_scale: Fields.withDefault(Fields.Float, 0.667, "How much the voice varies."),
  noise_w: Fields.withDefault(Fields.Float, 0.8, "How much the lengths of sounds vary."),
  volume: Fields.withDefault(
    Fields.FloatIn({ min: 0, max: 100 }),
    1,
    "How loud it is; 1 leaves it as it is."
  ),
  normalize_audio: flagOr(true, "Makes each sentence as loud as it can be, before `volume`."),
  use_cuda: flagOr(false, "Whether a graphics card computes; the library falls back to the processor."),
  espeak_data_dir: optionalText(
    "The folder `espeak-ng-data`. Without the key: what the environment's `PIPER_ESPEAK_DATA` names, and else the catalogue's."
  ),
  max_concurrency: places,
  ...fallback
})
export type PiperTtsConfig = typeof PiperTtsConfig.Type

/** Any program that reads text from its standard input and writes a sound file. */
export const CommandTtsConfig = Schema.Struct({
  command: Fields.required(
    Fields.TextList,
    "The program and its arguments; no shell reads them. The sound comes by standard output, or, if an argument holds `{output}`, in the file that stands there then."
  ),
  timeout_seconds: Fields.withDefault(
    Fields.FloatIn({ min: 0.1, max: 3600 }),
    30,
    "Seconds that a sentence may take."
  ),
  max_concurrency: places,
  ...fallback
})
export type CommandTtsConfig = typeof CommandTtsConfig.Type

/** pyttsx3, which has the system's own voice speak: espeak-ng on Linux, SAPI 5 on Windows. */
export const Pyttsx3TtsConfig = Schema.Struct({
  python: Fields.withDefault(
    Fields.NonEmptyText,
    "python3",
    "The Python that pyttsx3 is installed in, such as `venv/bin/python`."
  ),
  voice: textOr("", "The voice, as pyttsx3 calls it, such as `gmw/en-us`. Empty: the system's own choice."),
  rate: Fields.maybe(Fields.IntIn({ min: 1, max: 2000 }), "How fast it speaks, in words per minute."),
  timeout_seconds: Fields.withDefault(
    Fields.FloatIn({ min: 0.1, max: 3600 }),
    30,
    "Seconds that a sentence may take."
  ),
  max_concurrency: places,
  ...fallback
})
export type Pyttsx3TtsConfig = typeof Pyttsx3TtsConfig.Type
