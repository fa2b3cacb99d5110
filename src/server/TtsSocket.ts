import { Deferred, Effect, Either, Option, Schema } from "effect"
import * as Wav from "../audio/Wav.ts"
import { Characters } from "../config/Characters.ts"
import * as InOrder from "../conversation/InOrder.ts"
import * as SentenceSplitter from "../conversation/SentenceSplitter.ts"
import * as SpeechText from "../conversation/SpeechText.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as ErrorCode from "../models/ErrorCode.ts"
import * as SpeechMessage from "../protocol/SpeechMessage.ts"
import { Census } from "../telemetry/Census.ts"
import * as SpareVoice from "../tts/SpareVoice.ts"
import { TtsEngines } from "../tts/Tts.ts"
import type { SynthesisFailed } from "../tts/Tts.ts"
import type { ClipNotKept, Clips } from "./Clips.ts"
import type * as Inbox from "./Inbox.ts"
import * as SocketEdge from "./SocketEdge.ts"
import { english, say } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

/** How many sentences of a text are spoken at a time. */
const parallel = 3

type Link = SocketEdge.Link<SpeechMessage.Outgoing>

/** Nothing of a text became sound. `message` is fit for a client. */
class NothingSpoken extends Schema.TaggedError<NothingSpoken>()("NothingSpoken", {
  reason: Schema.Literal("no-words", "no-voice", "no-sound")
}) {
  get words(): Text {
    if (this.reason === "no-voice") return say("server.noVoice")
    return this.reason === "no-words" ? say("server.noWords") : say("server.noSoundOfText")
  }

  override get message(): string {
    return english(this.words)
  }
}

type Failure = EngineUnavailable | SynthesisFailed | ClipNotKept | NothingSpoken

/**
 * `/tts-ws`: texts in, the sound of each sentence out, one text after the other, by the voice of the base character.
 * See `SocketEdge.open`.
 */
export const open = (clips: Clips) =>
  SocketEdge.open({
    encode: SpeechMessage.encode,
    greet: () => Effect.void,
    patient: false,
    left: () => {},
    serve: (link: Link) => serve(link, clips)
  })

const serve = Effect.fnUntraced(function* (link: Link, clips: Clips) {
  const census = yield* Census
  return yield* link.take.pipe(
    Effect.flatMap((frame) => receive(link, clips, frame)),
    Effect.forever,
    census.track("tts-socket")
  )
})

const receive = (link: Link, clips: Clips, frame: Inbox.Frame) =>
  SpeechMessage.decode(frame).pipe(
    Effect.flatMap(({ text }) =>
      Effect.tapError(speak(link, clips, text), (failure) =>
        failure._tag === "NothingSpoken" ? Effect.void : Effect.logWarning(lineOf(failure))
      )
    ),
    Effect.catchAll(({ words }) => link.send({ status: "error", message: words })),
    Effect.catchAllDefect((defect) =>
      Effect.zipRight(
        Effect.logError("speaking a text died", defect),
        link.send({
          status: "error",
          message: say("session.wentWrong")
        })
      )
    )
  )

/** What failed in one line, with the system's code if there is one. */
const lineOf = (failure: Failure): string => {
  const code = ErrorCode.ofSystem(failure)
  return code === undefined ? failure.message : `${failure.message} (${code})`
}

interface Sentence {
  readonly text: string
  readonly speech: string
}

/** Speaks a text and tells the client each sentence when its turn has come. The first failure ends the text. */
const speak = Effect.fn("TtsSocket.speak")(function* (link: Link, clips: Clips, text: string) {
  const base = yield* (yield* Characters).base
  const voices = yield* TtsEngines
  const census = yield* Census
  const splitter = SentenceSplitter.make({ language: "en", fasterFirst: false })
  const sentences = [...splitter.push(text), ...splitter.flush()]
    .map((sentence): Sentence => ({
      text: sentence.trim(),
      speech: SpeechText.filter(base.tts_preprocessor_config, sentence)
    }))
    .filter(({ speech }) => speech !== "")
  if (sentences.length === 0) return yield* new NothingSpoken({ reason: "no-words" })

  if (base.tts_config.tts_model === undefined) return yield* new NothingSpoken({ reason: "no-voice" })
  const voice = yield* SpareVoice.open(voices, base.tts_config, (failure) =>
    Effect.logWarning(lineOf(failure))
  )
  const failed = yield* Deferred.make<never, Failure>()
  let told = 0

  const synthesize = ({ speech, text }: Sentence) =>
    voice.synthesize(speech).pipe(
      Effect.flatMap((pcm) =>
        // Nothing of this sentence is in the voice's language.
        pcm.samples.length === 0 ? Effect.succeedNone : Effect.asSome(clips.keep(Wav.encode(pcm)))
      ),
      Effect.map((audioPath) => ({ audioPath, text })),
      Effect.either,
      census.track("sentence")
    )
  const tell = Either.match({
    onLeft: (failure: Failure) => Effect.zipRight(Deferred.fail(failed, failure), Effect.never),
    onRight: ({ audioPath, text }: { readonly audioPath: Option.Option<string>; readonly text: string }) => {
      if (Option.isNone(audioPath)) return Effect.void
      told++
      return link.send({ status: "partial", audioPath: audioPath.value, text })
    }
  })

  const inOrder = yield* InOrder.make(
    {
      parallel,
      work: (sentence: Sentence, hand) => Effect.map(synthesize(sentence), hand),
      deliver: tell
    },
    yield* Effect.scope
  )
  yield* Effect.forEach(sentences, inOrder.add, { discard: true }).pipe(
    Effect.zipRight(inOrder.delivered),
    Effect.raceFirst(Deferred.await(failed))
  )
  if (told === 0) return yield* new NothingSpoken({ reason: "no-sound" })
  yield* link.send({ status: "complete" })
}, Effect.scoped)
