import { Duration, Effect, Option } from "effect"
import * as Loudness from "../audio/Loudness.ts"
import * as PauseCutter from "../audio/PauseCutter.ts"
import * as Pcm from "../audio/Pcm.ts"
import * as Wav from "../audio/Wav.ts"
import type { CharacterConfig } from "../config/CharacterConfig.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import type { Audio, DisplayText } from "../protocol/ServerMessage.ts"
import { Alarms } from "../supervision/Alarms.ts"
import * as Finalizer from "../supervision/Finalizer.ts"
import { afterOthers } from "../supervision/NextRound.ts"
import { Census } from "../telemetry/Census.ts"
import type { SynthesisFailed, Take, Tts } from "../tts/Tts.ts"
import type { TranslationFailed, Translator } from "../translate/Translator.ts"
import type { Sentence } from "./Sentence.ts"

/** A sentence ready to be delivered, or the next piece of one whose voice sends its sound piece by piece. */
export interface Spoken {
  readonly _tag: "Spoken"
  readonly sentence: Sentence
  /** Whether it goes on with a sentence that has begun: its text and expressions have been delivered with that. */
  readonly continues: boolean
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
  /** Runs after each sentence that the voice has spoken aloud, and not from what was kept. Quick. */
  readonly onSpoken: Effect.Effect<void>
  /** Told of each sentence that is spoken as it is written because the translation failed. */
  readonly onUntranslated: (failure: EngineUnavailable | TranslationFailed) => Effect.Effect<void>
}

/** How long a sentence's text waits for its first sound: nobody has to wait for the words because the voice lets wait. */
const textPatience = Duration.seconds(5)

type Hand = (spoken: Spoken) => void

/**
 * Speaks one sentence, in another language if there is a translator, and hands on its sound: piece by piece if the voice
 * speaks so. Never fails: a sentence whose synthesis fails is delivered silent, or ends where it failed, and the rest go on.
 */
export const make = Effect.fnUntraced(function* (options: Options) {
  const census = yield* Census
  const alarms = yield* Alarms

  const translate = (text: string) =>
    options.translator.pipe(
      Effect.flatMap((translator) =>
        Option.isNone(translator) ? Effect.succeed(text) : translator.value.translate(text)
      ),
      Effect.catchAll((failure) => Effect.as(options.onUntranslated(failure), text))
    )

  /** The sentence that the person waits for in silence; what follows is made ready while that is heard. */
  let awaited: Parts | undefined
  let isAnswerHeard = false

  const inTurn = (parts: Parts, work: Effect.Effect<void>) =>
    awaited === parts ? work : Effect.zipRight(afterOthers, work)

  const handIn = (parts: Parts) => (sounds: ReadonlyArray<Heard>) => {
    if (sounds.length === 0) return Effect.void
    return inTurn(
      parts,
      Effect.sync(() => sounds.forEach(parts.hand))
    )
  }

  /** Once a sentence: its pieces may be many, and its service waits as long. */
  const takeIn = (parts: Parts, take: Take): Take => {
    let hasBegun = false
    return (pcm) => {
      if (hasBegun) return take(pcm)
      hasBegun = awaited !== parts
      return inTurn(parts, take(pcm))
    }
  }

  const speak = (tts: Tts, text: string, parts: Parts) =>
    Effect.flatMap(tts.recall?.(text) ?? Effect.succeedNone, (kept) => {
      const hand = handIn(parts)
      return Option.isSome(kept)
        ? hand([kept.value])
        : (tts.stream === undefined
            ? Effect.flatMap(tts.synthesize(text), (pcm) => hand([pcm]))
            : cutAtPauses(hand, (take) => tts.stream!(text, takeIn(parts, take)))
          ).pipe(Effect.zipRight(Effect.suspend(() => (parts.isHeard() ? options.onSpoken : Effect.void))))
    })

  const begin = (parts: Parts) => () => {
    const leave = census.enter("sentence")
    const callOff = alarms.after(Duration.toMillis(textPatience), parts.text)
    return () => {
      callOff()
      leave()
      // The next one is waited for if nothing was heard of it.
      if (awaited === parts) awaited = undefined
    }
  }

  const synthesize = (sentence: Sentence, parts: Parts) =>
    options.tts.pipe(
      Effect.flatMap((tts) => Effect.flatMap(translate(sentence.speech), (text) => speak(tts, text, parts))),
      Effect.catchAll((failure) => options.onFailure(failure)),
      Effect.map(parts.text),
      (spoken) => Finalizer.whileRunning(spoken, begin(parts))
    )

  return (sentence: Sentence, hand: Hand): Effect.Effect<void> => {
    const parts = partsOf(options.character, sentence, (spoken) => {
      if (spoken.duration > 0) {
        isAnswerHeard = true
        awaited = undefined
      }
      hand(spoken)
    })
    if (sentence.speech !== "" && sentence.sound === undefined) {
      if (!isAnswerHeard) awaited ??= parts
      return synthesize(sentence, parts)
    }
    return Effect.sync(() => {
      if (sentence.sound !== undefined) parts.hand(sentence.sound)
      parts.text()
    })
  }
})

/** Sound, with the loudness of its slices where that is known. */
type Heard = Pcm.Pcm | PauseCutter.Piece

type Parts = ReturnType<typeof partsOf>

/**
 * The sound of one sentence on its way: text and expressions go with its first piece, or alone if there is none or none
 * comes soon.
 */
const partsOf = (character: CharacterConfig, sentence: Sentence, hand: Hand) => {
  let begun = false
  let heard = false
  const give = (pcm?: Heard) => {
    const spoken = silent(character, sentence, begun)
    begun = true
    hand(pcm === undefined ? spoken : withSound(spoken, pcm))
  }
  return {
    isHeard: () => heard,
    hand: (pcm: Heard) => {
      // A file without sound is none to browsers.
      if (pcm.samples.length === 0) return
      heard = true
      give(pcm)
    },
    /** Hands on the text alone if it has not been handed on. */
    text: () => {
      if (!begun) give()
    }
  }
}

/** Of sound that came at once, so much is cut before others have their turn: some five seconds. */
const samplesAtOnce = 2 ** 18

/** What comes is gathered until there is a pause to cut it at. What has come before a failure is heard. */
const cutAtPauses = <E>(
  hand: (pieces: ReadonlyArray<PauseCutter.Piece>) => Effect.Effect<void>,
  speak: (take: (pcm: Pcm.Pcm) => Effect.Effect<void>) => Effect.Effect<void, E>
): Effect.Effect<void, E> =>
  Effect.suspend(() => {
    const cutter = PauseCutter.make()
    const rest = Effect.suspend(() => hand(cutter.flush()))
    const take = ({ sampleRate, samples }: Pcm.Pcm, at = 0): Effect.Effect<void> =>
      Effect.suspend(() => {
        if (at >= samples.length) return Effect.void
        const part = { sampleRate, samples: samples.subarray(at, at + samplesAtOnce) }
        const handed = hand(cutter.push(part))
        const next = at + samplesAtOnce
        return next >= samples.length
          ? handed
          : Effect.zipRight(handed, Effect.zipRight(Effect.sleep(0), take({ sampleRate, samples }, next)))
      })
    return speak((pcm) => take(pcm)).pipe(
      Effect.matchEffect({
        onFailure: (failure) => Effect.zipRight(rest, Effect.fail(failure)),
        onSuccess: () => rest
      })
    )
  })

const silent = (character: CharacterConfig, sentence: Sentence, continues: boolean): Spoken => ({
  _tag: "Spoken",
  sentence,
  continues,
  duration: 0,
  message: {
    type: "audio",
    audio: null,
    volumes: [],
    slice_length: 20,
    display_text: continues ? null : displayText(character, sentence.display),
    actions: continues ? null : sentence.actions,
    forwarded: false
  }
})

const withSound = (spoken: Spoken, pcm: Heard): Spoken => ({
  ...spoken,
  duration: Pcm.duration(pcm),
  message: {
    ...spoken.message,
    audio: Wav.encode(pcm).toString("base64"),
    volumes: "levels" in pcm ? Loudness.volumesOf(pcm.levels) : Loudness.volumes(pcm)
  }
})

const displayText = (character: CharacterConfig, text: string): DisplayText | null =>
  text.trim() === ""
    ? null
    : { text, name: character.character_name || character.conf_name, avatar: character.avatar }
