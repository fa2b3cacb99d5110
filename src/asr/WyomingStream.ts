import { Duration, Effect, Scope } from "effect"
import type * as Breaker from "../engine/Breaker.ts"
import type * as FairShare from "../engine/FairShare.ts"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import type * as Events from "../wyoming/Events.ts"
import * as Server from "../wyoming/Server.ts"
import type { Listener, TranscriptionFailed } from "./Asr.ts"
import * as StreamPlace from "./StreamPlace.ts"
import * as Transcript from "./Transcript.ts"
import * as WyomingRequest from "./WyomingRequest.ts"

interface Options {
  readonly server: Server.Server
  readonly wish: WyomingRequest.Wish & { readonly engine: string }
  /** Longest wait for the server: to take samples, and for the transcript. */
  readonly limit: Duration.Duration
  readonly member: FairShare.Member
  readonly breaker: Breaker.Breaker<TranscriptionFailed>
  readonly failed: (failure: Server.Failure) => TranscriptionFailed
  /** What the server has, if it has what is wanted. */
  readonly check: Effect.Effect<Events.Info, TranscriptionFailed>
}

/**
 * What is heard while one speaks, by servers that say that they can: a connection for each utterance, from its first
 * samples on. It has a place of the server until the scope closes.
 */
export const listen = ({
  breaker,
  check,
  failed,
  limit,
  member,
  server,
  wish
}: Options): Effect.Effect<Listener, never, Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const hearing = WyomingRequest.hearing()
    /** A server that does not even read keeps nobody waiting. */
    const within = <A>(part: Effect.Effect<A, RemoteFailure.RemoteFailure>) =>
      part.pipe(
        Effect.timeoutFail({ duration: limit, onTimeout: () => RemoteFailure.tooSlow(limit) }),
        (part) => Server.watched(server, part),
        Effect.mapError(failed)
      )
    const open = Effect.gen(function* () {
      const keep = yield* StreamPlace.take(wish.engine, member, breaker)
      const info = yield* check
      if (!info.asr.some((program) => program.supports_transcript_streaming))
        return yield* StreamPlace.cannot(wish.engine)
      const link = yield* Effect.mapError(server.connect, failed)
      yield* within(WyomingRequest.begin(link, wish))
      return { link, keep }
    }).pipe(Scope.extend(scope))
    const opened = yield* Effect.cached(open)
    let used = false

    return {
      patience: Duration.times(limit, 2),
      hear: (samples) =>
        Effect.gen(function* () {
          const { keep, link } = yield* opened
          yield* keep
          used = true
          yield* within(
            Effect.zipRight(WyomingRequest.send(link, samples), WyomingRequest.drain(link, hearing))
          )
          return Transcript.clean(hearing.whole ?? hearing.text)
        }),
      finish: Effect.suspend(() =>
        used
          ? Effect.flatMap(opened, ({ keep, link }) =>
              Effect.zipRight(keep, within(WyomingRequest.end(link, hearing)))
            ).pipe(Effect.tap(() => Effect.zipRight(server.answered, breaker.succeeded)))
          : Effect.succeed("")
      ).pipe(Effect.map(Transcript.clean))
    }
  })
