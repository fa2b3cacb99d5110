import { Context, Duration, Effect, ExecutionStrategy, Exit, Scope } from "effect"
import type { Decode } from "../audio/Decode.ts"
import type * as Pcm from "../audio/Pcm.ts"
import * as SoundReader from "../audio/SoundReader.ts"
import type { UndecodableAudio } from "../audio/UndecodableAudio.ts"
import type { ServiceLimits } from "../config/ServiceFields.ts"
import * as Breaker from "../engine/Breaker.ts"
import * as EngineId from "../engine/EngineId.ts"
import type { EngineSpec } from "../engine/EnginePool.ts"
import * as FairShare from "../engine/FairShare.ts"
import * as Patience from "../engine/Patience.ts"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import * as ServiceFailure from "../engine/ServiceFailure.ts"
import type { Alarms } from "../supervision/Alarms.ts"
import * as WholeFiber from "../supervision/WholeFiber.ts"
import * as Span from "../telemetry/Span.ts"
import * as SpeechPieces from "./SpeechPieces.ts"
import { SynthesisFailed } from "./Tts.ts"
import type { Take, Tts } from "./Tts.ts"
import * as WholeSound from "./WholeSound.ts"
import { say } from "../language/Text.ts"

/** Bytes of a sentence's sound: ten minutes of the largest usual format. */
export const longestSound = 64 * 2 ** 20

/** Sound on its way: its service has begun to answer. */
export interface Sound {
  readonly format: SoundReader.Format
  /** The next bytes; `undefined` when it is complete. One caller at a time. */
  readonly next: Effect.Effect<Uint8Array | undefined, RemoteFailure.RemoteFailure>
}

/** A voice that a service elsewhere speaks with. */
export interface Service {
  /** Its name in the configuration, such as `azure_tts`. */
  readonly engine: string
  readonly about: ServiceFailure.About
  readonly limits: ServiceLimits
  /** One attempt at a sentence; closing the scope aborts it. */
  readonly ask: (text: string) => Effect.Effect<Sound, RemoteFailure.RemoteFailure, Scope.Scope>
}

/** What all sessions of one service share. */
export interface Shared {
  readonly places: FairShare.FairShare
  readonly breaker: Breaker.Breaker<SynthesisFailed>
}

/** `config`: its section, whose secrets are told apart without being kept. */
export const spec = ({ engine, limits }: Service, config: object): EngineSpec<Shared> => ({
  kind: "tts",
  id: EngineId.of(engine, config),
  load: Effect.sync(() => ({
    places: FairShare.make(limits.max_concurrency),
    breaker: Breaker.make<SynthesisFailed>()
  }))
})

/** What a failed attempt has opened closes before the next one. */
export const attempt = <A, E>(begin: Effect.Effect<A, E, Scope.Scope>): Effect.Effect<A, E, Scope.Scope> =>
  Effect.flatMap(Effect.scope, (outer) =>
    Effect.flatMap(Scope.fork(outer, ExecutionStrategy.sequential), (scope) =>
      Effect.tapErrorCause(WholeFiber.lend(begin, Context.make(Scope.Scope, scope)), (cause) =>
        // A close that is broken off would leave the rest open for good.
        Effect.uninterruptible(Scope.close(scope, Exit.failCause(cause)))
      )
    )
  )

/** Runs one attempt, in a scope that closes if it fails. */
type Attempt = <A, E>(begin: (scope: Scope.Scope) => Effect.Effect<A, E, Scope.Scope>) => Effect.Effect<A, E>

/** Closes at the end what the last attempt has opened. For an effect that is all that its fiber does. */
const inAttempts = <A, E>(use: (attempt: Attempt) => Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.suspend(() => {
    let open: Scope.CloseableScope | undefined
    const close = (exit: Exit.Exit<unknown, unknown>) =>
      Effect.uninterruptible(
        Effect.suspend(() => {
          const scope = open
          open = undefined
          return scope === undefined ? Effect.void : Scope.close(scope, exit)
        })
      )
    const attempt: Attempt = (begin) =>
      Effect.flatMap(Scope.make(), (scope) => {
        open = scope
        return Effect.tapErrorCause(
          WholeFiber.provide(begin(scope), Context.make(Scope.Scope, scope)),
          (cause) => close(Exit.failCause(cause))
        )
      })
    return Effect.onExit(use(attempt), close)
  })

/** What all voices use of the server. */
export interface Services {
  readonly alarms: Alarms["Type"]
  readonly decode: Decode["Type"]
}

type Failed = RemoteFailure.RemoteFailure | UndecodableAudio

/** One session's voice. Repeats what may pass, as long as no sound has come; never afterwards. */
export const open = (
  { alarms, decode }: Services,
  shared: Shared,
  service: Service
): Tts & Required<Pick<Tts, "stream">> => {
  const { about, ask, engine, limits } = service
  const member = shared.places.join()
  const silence = Duration.seconds(limits.timeout_seconds)
  const failed = (failure: RemoteFailure.RemoteFailure) => {
    const { advice, detail, kind } = ServiceFailure.explain(about, failure)
    // What a server says of its refusal may repeat the key, and is in the detail without it.
    const cause = failure._tag === "Unanswered" ? failure.cause : undefined
    return new SynthesisFailed({
      engine,
      detail,
      advice,
      fault: kind !== "other",
      slow: kind === "slow",
      cause
    })
  }
  const undecodable = ({ cause, incomplete = false, reason, stopped = false }: UndecodableAudio) => {
    if (incomplete) return failed(new RemoteFailure.Unanswered({ reason: "broken-off" }))
    return stopped
      ? new SynthesisFailed({
          engine,
          detail: say("speech.notDecoded", reason),
          advice: say("engine.nextAfresh"),
          fault: false,
          cause
        })
      : new SynthesisFailed({
          engine,
          detail: say("engine.does", RemoteFailure.hostOf(about.address), say("speech.sentNoSound", reason)),
          advice: say("engine.correct", `${about.section}.${about.keys.address}`),
          cause
        })
  }

  const speak = (text: string, take: Take) => {
    const hear = (pcm: Pcm.Pcm) => (pcm.samples.length === 0 ? Effect.void : take(pcm))
    return Patience.bound(alarms, silence, (wait) =>
      inAttempts((attempt) => {
        // The sound and its first bytes, so that nothing has been heard of an attempt that is repeated.
        const begin = attempt((scope) =>
          Effect.flatMap(ask(text), (sound) =>
            Effect.map(sound.next, (first) => ({ ...sound, first, scope }))
          )
        )
        return Effect.flatMap(
          ServiceFailure.retried(about, wait(begin)),
          ({ first, format, next, scope }) => {
            const reader = SoundReader.make(decode, format, scope)
            const more = Effect.suspend(() => Effect.flatMap(wait(next), read))
            const read = (bytes: Uint8Array | undefined): Effect.Effect<void, Failed> =>
              bytes === undefined
                ? Effect.flatMap(reader.end, hear)
                : Effect.flatMap(reader.push(bytes), (pcm) => Effect.zipRight(hear(pcm), more))
            return read(first)
          }
        )
      })
    ).pipe(
      Effect.mapError((failure) =>
        failure._tag === "UndecodableAudio" ? undecodable(failure) : failed(failure)
      ),
      shared.breaker.run,
      member.run
    )
  }

  const said = (text: string, take: Take) =>
    SpeechPieces.isSpeakable(text)
      ? Span.named("RemoteVoice.speak", { engine })(speak(text, take))
      : Effect.void

  return {
    engine,
    stream: said,
    synthesize: (text) => WholeSound.of((put) => said(text, put))
  }
}
