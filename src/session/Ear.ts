import { Effect, Mailbox, Scope } from "effect"
import { Census } from "../telemetry/Census.ts"
import * as SpeechDetector from "../vad/SpeechDetector.ts"

/** Audio that waits to be listened to, in samples: 4 s. */
const longestLine = 4 * 16_000

/** Listened to at once, in samples: 1 s at most. */
const piece = 16_000

/** The server's ear for one client's open microphone. It belongs to the session: a switch finds the speech under way. */
export interface Ear {
  readonly detector: SpeechDetector.SpeechDetector
  /** Whether the kiosk that is the client plays sound itself, and how loudly, from 0 to 1. */
  adaptive: { readonly volume: number } | undefined
  /** Whose listener could not be opened, and until when (epoch, ms) that is not tried again. */
  refused: { readonly by: object; readonly until: number } | undefined
  /**
   * Puts audio in the line: mono, 16 kHz. Waits while 4 s are in it already; nothing is dropped. The first audio starts
   * `listen`, which is given piece by piece, in order, in a fiber of the session.
   */
  readonly enter: <R>(
    audio: Float32Array,
    listen: (piece: Float32Array) => Effect.Effect<void, never, R>
  ) => Effect.Effect<void, never, R>
}

/** Closing the scope stops the listening. It costs next to nothing until it is used. */
export const make: Effect.Effect<Ear, never, Scope.Scope | Census> = Effect.gen(function* () {
  const scope = yield* Effect.scope
  const census = yield* Census

  const line = yield* Mailbox.make<Float32Array>()
  const room = yield* Effect.makeSemaphore(longestLine)
  let listens = false

  const start = <R>(listen: (piece: Float32Array) => Effect.Effect<void, never, R>) =>
    Effect.suspend(() => {
      if (listens) return Effect.void
      listens = true
      return Effect.orDie(line.take).pipe(
        Effect.flatMap((audio) =>
          Effect.catchAllDefect(listen(audio), (defect) => Effect.logError("listening died", defect)).pipe(
            Effect.zipRight(room.release(audio.length))
          )
        ),
        Effect.forever,
        census.track("ear"),
        Effect.forkIn(scope)
      )
    })

  const ear: Ear = {
    detector: SpeechDetector.make(),
    adaptive: undefined,
    refused: undefined,
    enter: (audio, listen) =>
      Effect.zipRight(
        start(listen),
        Effect.forEach(pieces(audio), (part) => Effect.zipRight(room.take(part.length), line.offer(part)), {
          discard: true
        })
      )
  }
  return ear
})

const pieces = (audio: Float32Array): ReadonlyArray<Float32Array> =>
  Array.from({ length: Math.ceil(audio.length / piece) }, (_, index) =>
    audio.subarray(index * piece, (index + 1) * piece)
  )
