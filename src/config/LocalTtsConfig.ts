import { Schema } from "effect"
import * as Fields from "./Fields.ts"

// Voices that speak on this machine. Relative paths start from the folder of conf.yaml. Keys beside Open-LLM-VTuber's
// are marked as ours.

const optionalText = Fields.maybe(Fields.Text)
const textOr = (fallback: string) => Fields.withDefault(Fields.Text, fallback)
const flagOr = (fallback: boolean) => Fields.withDefault(Fields.Flag, fallback)

/** Further than this a sentence takes minutes, or is over before it is heard. */
const factor = Fields.FloatIn({ min: 0.1, max: 10 })

/** An engine that is part of this project: a voice that needs no network. */
export const FliteTtsConfig = Schema.Struct({
  /** Defaults to `slt`. */
  voice: Fields.withDefault(Fields.NonEmptyText, "slt"),
  /** Sentences that are spoken at a time, for all sessions. Defaults to the engine's threads: one or two. */
  max_concurrency: Fields.maybe(Fields.Places)
})
export type FliteTtsConfig = typeof FliteTtsConfig.Type

/**
 * sherpa-onnx. The files of exactly one kind of voice, or `model`. A key of several files separates them by commas.
 * `…_dict_dir` is accepted and not read: the library that comes along does without.
 */
export const SherpaOnnxTtsConfig = Schema.Struct({
  /** Ours: a voice of the catalogue, in place of files. */
  model: optionalText,
  vits_model: optionalText,
  vits_lexicon: optionalText,
  vits_tokens: optionalText,
  vits_data_dir: optionalText,
  vits_dict_dir: optionalText,
  // Ours, from here to the kitten.
  matcha_acoustic_model: optionalText,
  matcha_vocoder: optionalText,
  matcha_lexicon: optionalText,
  matcha_tokens: optionalText,
  matcha_data_dir: optionalText,
  matcha_dict_dir: optionalText,
  kokoro_model: optionalText,
  kokoro_voices: optionalText,
  kokoro_tokens: optionalText,
  kokoro_data_dir: optionalText,
  kokoro_dict_dir: optionalText,
  kokoro_lexicon: optionalText,
  /** Language of a voice of several, such as `en` or `es`. */
  kokoro_lang: optionalText,
  kitten_model: optionalText,
  kitten_voices: optionalText,
  kitten_tokens: optionalText,
  kitten_data_dir: optionalText,
  tts_rule_fsts: optionalText,
  /** Accepted and not read: sentences are spoken one at a time, so that an interruption takes effect soon. */
  max_num_sentences: Fields.withDefault(Fields.Int, 2),
  /** The speaker, from 0. One that the voice does not have is taken as 0. */
  sid: Fields.withDefault(Fields.Int, 1),
  /** What computes; the library falls back to the processor where it has no other. */
  provider: Fields.withDefault(Fields.Choice("cpu", "cuda", "coreml"), "cpu"),
  /** At most one less than this machine's cores. */
  num_threads: Fields.withDefault(Fields.Int, 1),
  speed: Fields.withDefault(factor, 1),
  /** Has the library say more, in the log at level debug. */
  debug: flagOr(false),
  /** Ours: sentences that are spoken at a time, for all sessions. Defaults to 1. */
  max_concurrency: Fields.withDefault(Fields.Places, 1)
})
export type SherpaOnnxTtsConfig = typeof SherpaOnnxTtsConfig.Type

/** A piper voice: its `.onnx`, with the `.onnx.json` beside it. */
export const PiperTtsConfig = Schema.Struct({
  /** The `.onnx` file, or (ours) the id of a piper voice of the catalogue. */
  model_path: textOr("models/piper/zh_CN-huayan-medium.onnx"),
  /** From 0. */
  speaker_id: Fields.withDefault(Fields.Int, 0),
  /** Above 1 is slower. */
  length_scale: Fields.withDefault(factor, 1),
  noise_scale: Fields.withDefault(Fields.Float, 0.667),
  noise_w: Fields.withDefault(Fields.Float, 0.8),
  volume: Fields.withDefault(Fields.FloatIn({ min: 0, max: 100 }), 1),
  /** Makes each sentence as loud as it can be, before `volume`. */
  normalize_audio: flagOr(true),
  use_cuda: flagOr(false),
  /**
   * Ours: the folder `espeak-ng-data`. Defaults to what the environment's `PIPER_ESPEAK_DATA` names, and else to the
   * catalogue's.
   */
  espeak_data_dir: optionalText,
  /** Ours: sentences that are spoken at a time, for all sessions. Defaults to 1. */
  max_concurrency: Fields.withDefault(Fields.Places, 1)
})
export type PiperTtsConfig = typeof PiperTtsConfig.Type

/** Ours: any program that reads text from its standard input and writes a sound file. */
export const CommandTtsConfig = Schema.Struct({
  /**
   * The program and its arguments; no shell reads them. The sound comes by standard output, or, if an argument holds
   * `{output}`, in the file that stands there then.
   */
  command: Fields.required(Fields.TextList),
  /** Defaults to 30. */
  timeout_seconds: Fields.withDefault(Fields.FloatIn({ min: 0.1, max: 3600 }), 30),
  /** Sentences that are spoken at a time, for all sessions. Defaults to 1. */
  max_concurrency: Fields.withDefault(Fields.Places, 1)
})
export type CommandTtsConfig = typeof CommandTtsConfig.Type
