import { Deferred, Duration, Effect, Fiber, Schedule } from "effect"
import type { Scope } from "effect"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import type { Listener, TranscriptionFailed } from "./Asr.ts"
import * as DeepgramSocket from "./DeepgramSocket.ts"
import type { Seat } from "./RemoteRecogniser.ts"
import * as Transcript from "./Transcript.ts"
import * as UtteranceFile from "./UtteranceFile.ts"
import * as Speech from "../audio/Speech.ts"

export interface Options {
  readonly address: string
  readonly headers: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly timeoutSeconds: number
}

interface Opened {
  readonly socket: DeepgramSocket.DeepgramSocket
  /** Fails when its place has gone to somebody else. */
  readonly keep: Effect.Effect<void, TranscriptionFailed>
}

/** The service closes a connection on which nothing has come for 10 s. */
const keepAlive = Duration.seconds(4)

const urlOf = ({ address, query }: Options) => {
  const asked = new URLSearchParams({
    ...query,
    encoding: "linear16",
    sample_rate: String(Speech.sampleRate),
    channels: "1",
    interim_results: "true"
  })
  return `${address.replace(/^http/u, "ws")}/v1/listen?${asked.toString()}`
}

/**
 * One connection for each utterance, from its first samples on; it takes a place of the service until its transcript is
 * there, or does without if none is free. `CloseStream` at the end has the server say all that is left.
 */
export const listen =
  (options: Options) =>
  (seat: Seat): Effect.Effect<Listener, never, Scope.Scope> =>
    Effect.gen(function* () {
      const patience = Duration.seconds(options.timeoutSeconds)
      const tooSlow = RemoteFailure.tooSlow(patience)
      const scope = yield* Effect.scope
      const opened = yield* Deferred.make<Opened, TranscriptionFailed>()
      const complete = yield* Deferred.make<void>()

      const connect = DeepgramSocket.open({ url: urlOf(options), headers: options.headers }).pipe(
        Effect.timeoutFail({ duration: patience, onTimeout: () => tooSlow })
      )
      const session = Effect.gen(function* () {
        const keep = yield* seat.place
        const socket = yield* Effect.mapError(RemoteFailure.retried(connect), seat.failed)
        yield* Deferred.succeed(opened, { socket, keep })
        yield* Effect.forkScoped(
          Effect.schedule(socket.send({ type: "KeepAlive" }), Schedule.spaced(keepAlive))
        )
        const late = Effect.zipRight(Deferred.await(complete), Effect.delay(Effect.fail(tooSlow), patience))
        return yield* Effect.mapError(Effect.raceFirst(socket.over, late), seat.failed)
      }).pipe(
        Effect.scoped,
        Effect.tap(() => seat.succeeded)
      )

      const begun = yield* Effect.cached(
        Effect.forkIn(
          Effect.onError(session, (cause) => Deferred.failCause(opened, cause)),
          scope
        )
      )
      let used = false

      return {
        patience: Duration.times(patience, 2),
        hear: (samples) =>
          Effect.gen(function* () {
            const fiber = yield* begun
            const { keep, socket } = yield* Deferred.await(opened)
            yield* keep
            used = true
            const sent = Effect.timeoutFail(socket.send(UtteranceFile.pcmOf(samples)), {
              duration: patience,
              onTimeout: () => seat.failed(tooSlow)
            })
            // A connection that has ended says why.
            const ended = Effect.zipRight(
              Fiber.join(fiber),
              Effect.fail(seat.failed(DeepgramSocket.brokenOff))
            )
            yield* Effect.raceFirst(sent, ended)
            return Transcript.clean(socket.heard())
          }),
        finish: Effect.gen(function* () {
          if (!used) return ""
          const fiber = yield* begun
          const { keep, socket } = yield* Deferred.await(opened)
          yield* keep
          yield* Deferred.succeed(complete, undefined)
          yield* Effect.raceFirst(socket.send({ type: "CloseStream" }), Effect.ignore(Fiber.await(fiber)))
          return Transcript.clean(yield* Fiber.join(fiber))
        })
      }
    })
