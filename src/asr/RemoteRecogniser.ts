import type * as Undici from "@effect/platform-node/Undici"
import { Duration, Effect, Schema } from "effect"
import type { Scope } from "effect"
import * as Speech from "../audio/Speech.ts"
import type { ServiceLimits } from "../config/ServiceFields.ts"
import * as Breaker from "../engine/Breaker.ts"
import * as EngineId from "../engine/EngineId.ts"
import type { EngineSpec } from "../engine/EnginePool.ts"
import * as FairShare from "../engine/FairShare.ts"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import * as RemoteRequest from "../engine/RemoteRequest.ts"
import * as ServiceFailure from "../engine/ServiceFailure.ts"
import { TranscriptionFailed } from "./Asr.ts"
import type { Asr, Listener } from "./Asr.ts"
import * as StreamPlace from "./StreamPlace.ts"
import * as Transcript from "./Transcript.ts"
import * as UtteranceFile from "./UtteranceFile.ts"
import { say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

/** Of an answer, in bytes: a transcript of two minutes has some thousand. */
const longestAnswer = 2 ** 20
/** Less than this, in samples, holds no word, and services refuse it: a tenth of a second. */
const shortest = Speech.sampleRate / 10

/** A whole utterance on its way to a service. */
export interface Utterance {
  /** A WAV file: 16 bits, mono, 16 kHz. */
  readonly wav: Uint8Array<ArrayBuffer>
  readonly seconds: number
}

/** A recogniser that a service elsewhere is. */
export interface Service {
  /** Its name in the configuration, such as `openai_asr`. */
  readonly engine: string
  readonly about: ServiceFailure.About
  readonly limits: ServiceLimits
  /** Where an utterance of so many seconds is asked about, if not always where `about` says. */
  readonly addressFor?: (seconds: number) => string
  /** One attempt at an utterance; answers its transcript. Closing the scope aborts it. */
  readonly ask: (utterance: Utterance) => Effect.Effect<string, RemoteFailure.RemoteFailure, Scope.Scope>
  /** What to do where this service knows better than its failures say; `undefined` otherwise. */
  readonly advice?: (failure: RemoteFailure.RemoteFailure) => Words | undefined
}

/** What all sessions of one service share. */
export interface Shared {
  readonly places: FairShare.FairShare
  readonly breaker: Breaker.Breaker<TranscriptionFailed>
}

/** One session's part of it, for what hears while one speaks. */
export interface Seat {
  /** Takes a place of the service, as `StreamPlace` has it. */
  readonly place: ReturnType<typeof StreamPlace.take>
  /** To be told of an utterance that was transcribed. */
  readonly succeeded: Effect.Effect<void>
  readonly failed: (failure: RemoteFailure.RemoteFailure) => TranscriptionFailed
}

/** `config`: what tells this service from others; its secrets are told apart without being kept. */
export const spec = ({ engine, limits }: Service, config: object): EngineSpec<Shared> => ({
  kind: "asr",
  id: EngineId.of(engine, config),
  load: Effect.sync(() => ({
    places: FairShare.make(limits.max_concurrency),
    breaker: Breaker.make<TranscriptionFailed>()
  }))
})

/** A connection that was there and is gone: the utterance is lost with it. */
const isLost = (failure: RemoteFailure.RemoteFailure) =>
  failure._tag === "Unanswered" &&
  (failure.reason === "broken-off" ||
    (failure.reason === "no-connection" && RemoteFailure.isLost(failure.cause)))

/**
 * One session's recogniser. An utterance that was not answered is sent again where that may help. `listen`: how it hears
 * while one speaks, if it does.
 */
export const open = (
  shared: Shared,
  service: Service,
  listen?: (seat: Seat) => Effect.Effect<Listener, never, Scope.Scope>
): Asr => {
  const { about, addressFor, advice, ask, engine, limits } = service
  const member = shared.places.join()
  const patience = Duration.seconds(limits.timeout_seconds)
  const failedAt = (address: string) => (failure: RemoteFailure.RemoteFailure) => {
    const { detail, kind, ...explained } = ServiceFailure.explain({ ...about, address }, failure)
    const usual = isLost(failure) ? say("speech.sayAgain") : explained.advice
    return new TranscriptionFailed({
      engine,
      detail,
      advice: advice?.(failure) ?? usual,
      fault: kind !== "other",
      slow: kind === "slow"
    })
  }
  const seat: Seat = {
    place: StreamPlace.take(engine, member, shared.breaker),
    succeeded: shared.breaker.succeeded,
    failed: failedAt(about.address)
  }

  const attempt = (utterance: Utterance) =>
    Effect.scoped(ask(utterance)).pipe(
      Effect.filterOrElse(
        ({ length }) => !Transcript.isTooLong(length),
        () => Transcript.none
      ),
      // However slowly it drips: a transcript is short.
      Effect.timeoutFail({ duration: patience, onTimeout: () => RemoteFailure.tooSlow(patience) })
    )
  const transcribe = (samples: Float32Array) => {
    const seconds = samples.length / Speech.sampleRate
    return Effect.flatMap(UtteranceFile.wavOf(samples), (wav) =>
      ServiceFailure.retried(about, attempt({ wav, seconds }))
    ).pipe(
      Effect.mapError(failedAt(addressFor?.(seconds) ?? about.address)),
      shared.breaker.run,
      member.run,
      Effect.map(Transcript.clean)
    )
  }

  return {
    engine,
    transcribe: (samples) =>
      samples.length < shortest
        ? Effect.succeed("")
        : Effect.withSpan(transcribe(samples), "RemoteRecogniser.transcribe", { attributes: { engine } }),
    ...(listen === undefined ? {} : { listen: listen(seat) })
  }
}

/** A request whose whole answer is text. */
export const answerOf = (
  http: Undici.Dispatcher,
  request: RemoteRequest.Request
): Effect.Effect<string, RemoteFailure.RemoteFailure, Scope.Scope> =>
  Effect.flatMap(RemoteRequest.open(http, request, longestAnswer), RemoteRequest.text)

/** An answer that should be JSON of this form, and is none of a service's if it is not. */
export const read = <A, I>(
  answer: Schema.Schema<A, I>
): ((text: string) => Effect.Effect<A, RemoteFailure.Unanswered>) => {
  const decode = Schema.decode(Schema.parseJson(answer))
  return (text) =>
    Effect.mapError(
      decode(text),
      () =>
        new RemoteFailure.Unanswered({
          reason: "unreadable",
          detail: say(/^\s*</u.test(text) ? "engine.sentWebPage" : "speech.sentNoTranscript")
        })
    )
}
