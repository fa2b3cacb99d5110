import { Effect, Option } from "effect"
import * as Loudness from "../audio/Loudness.ts"
import * as Pcm from "../audio/Pcm.ts"
import * as Wav from "../audio/Wav.ts"
import type { CharacterConfig } from "../config/CharacterConfig.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import type { Audio, DisplayText } from "../protocol/ServerMessage.ts"
import { Census } from "../telemetry/Census.ts"
import type { SynthesisFailed, Tts } from "../tts/Tts.ts"
import type { TranslationFailed, Translator } from "../translate/Translator.ts"
import type { Sentence } from "./Sentence.ts"

/** A sentence ready to be delivered. */
export interface Spoken {
  readonly _tag: "Spoken"
  readonly sentence: Sentence
  readonly message: Audio
  /** Length of its sound in ms; 0 if it is silent. */
  readonly duration: number
}

export interface Options {
  readonly character: CharacterConfig
  readonly tts: Effect.Effect<Tts, EngineUnavailable>
  /** What turns a sentence into the language that it is spoken in, if that is not the one it is written in. */
  readonly translator: Effect.Effect<Option.Option<Translator>, EngineUnavailable>
  /** Told of each sentence that stays silent because the voice failed. */
  readonly onFailure: (failure: EngineUnavailable | SynthesisFailed) => Effect.Effect<void>
  /** Told of each sentence that is spoken as it is written because the translation failed. */
  readonly onUntranslated: (failure: EngineUnavailable | TranslationFailed) => Effect.Effect<void>
}

/**
 * Speaks one sentence, in another language if there is a translator. Never fails: a sentence whose synthesis fails is
 * delivered silent, and the rest go on.
 */
export const make = Effect.fnUntraced(function* (options: Options) {
  const census = yield* Census

  const heard = (sentence: Sentence, pcm: Pcm.Pcm): Spoken => {
    const spoken = silent(options.character, sentence)
    // A file without sound is none to browsers.
    return pcm.samples.length === 0 ? spoken : withSound(spoken, pcm)
  }

  const translate = (text: string) =>
    options.translator.pipe(
      Effect.flatMap((translator) =>
        Option.isNone(translator) ? Effect.succeed(text) : translator.value.translate(text)
      ),
      Effect.catchAll((failure) => Effect.as(options.onUntranslated(failure), text))
    )

  const synthesize = (sentence: Sentence) =>
    options.tts.pipe(
      Effect.flatMap((tts) => Effect.flatMap(translate(sentence.speech), tts.synthesize)),
      Effect.map((pcm) => heard(sentence, pcm)),
      Effect.catchAll((failure) =>
        Effect.as(options.onFailure(failure), silent(options.character, sentence))
      ),
      census.track("sentence")
    )

  return (sentence: Sentence): Effect.Effect<Spoken> => {
    if (sentence.sound !== undefined) return Effect.sync(() => heard(sentence, sentence.sound!))
    return sentence.speech === "" ? Effect.succeed(silent(options.character, sentence)) : synthesize(sentence)
  }
})

const silent = (character: CharacterConfig, sentence: Sentence): Spoken => ({
  _tag: "Spoken",
  sentence,
  duration: 0,
  message: {
    type: "audio",
    audio: null,
    volumes: [],
    slice_length: 20,
    display_text: displayText(character, sentence.display),
    actions: sentence.actions,
    forwarded: false
  }
})

const withSound = (spoken: Spoken, pcm: Pcm.Pcm): Spoken => ({
  ...spoken,
  duration: Pcm.duration(pcm),
  message: {
    ...spoken.message,
    audio: Wav.encode(pcm).toString("base64"),
    volumes: Loudness.volumes(pcm)
  }
})

const displayText = (character: CharacterConfig, text: string): DisplayText | null =>
  text.trim() === ""
    ? null
    : { text, name: character.character_name || character.conf_name, avatar: character.avatar }
