import { Effect, Option } from "effect"
import type { Scope } from "effect"
import * as Speech from "../audio/Speech.ts"
import * as Bell from "../supervision/Bell.ts"
import type { Census } from "../telemetry/Census.ts"
import * as SpeechDetector from "../vad/SpeechDetector.ts"

/**
 * Audio that waits to be listened to, in seconds. As much as a listener may need to be there, when it has to be loaded:
 * nothing that comes behind it, such as an interruption, may have to wait for that.
 */
export const longest = 60

/** Listened to at once, in samples: 1 s at most. */
const piece = Speech.sampleRate

/** A microphone that is silent for this long has been closed: what was being said is complete. */
const closed = "4 seconds"

/** What becomes of the audio, in a fiber of the session. */
export interface Listener<R> {
  /** Hears it piece by piece, in order. */
  readonly hear: (piece: Float32Array) => Effect.Effect<void, never, R>
  /** Nothing has come for 4 s in the middle of speech. */
  readonly fallSilent: Effect.Effect<void, never, R>
}

/** The server's ear for one client's open microphone. It belongs to the session: a switch finds the speech under way. */
export interface Ear {
  readonly detector: SpeechDetector.SpeechDetector
  /** Whether the kiosk that is the client plays sound itself, and how loudly, from 0 to 1. */
  adaptive: { readonly volume: number } | undefined
  /** Forgets what waits in the line and the speech under way. */
  readonly giveUp: Effect.Effect<void>
  /** How often that has happened: what is being listened to meanwhile is forgotten, too. */
  readonly givenUp: () => number
  /** Whose listener could not be opened, and until when (epoch, ms) that is not tried again. */
  refused: { readonly by: object; readonly until: number } | undefined
  /**
   * Puts audio in the line: mono, 16 kHz. Never waits. Once `longest` seconds are in it the oldest goes; answers how many
   * samples of it went. The first audio starts the listener.
   */
  readonly enter: <R>(audio: Float32Array, listener: Listener<R>) => Effect.Effect<number, never, R>
}

/** Closing the scope stops the listening. */
export const make = (scope: Scope.Scope, census: Census["Type"]): Ear => {
  const line: Array<Float32Array> = []
  const more = Bell.make()
  let waiting = 0
  let listens = false

  const next = Effect.map(Bell.shift(more, line), (audio) => {
    waiting -= audio.length
    return audio
  })
  const detector = SpeechDetector.make()
  const nextOrNone = Effect.suspend(() =>
    detector.isSpeaking() ? Effect.timeoutOption(next, closed) : Effect.asSome(next)
  )
  const start = <R>({ fallSilent, hear }: Listener<R>) =>
    Effect.suspend(() => {
      if (listens) return Effect.void
      listens = true
      return nextOrNone.pipe(
        Effect.flatMap(Option.match({ onNone: () => fallSilent, onSome: hear })),
        Effect.catchAllDefect((defect) => Effect.logError("listening died", defect)),
        Effect.forever,
        census.track("ear"),
        Effect.forkIn(scope)
      )
    })
  const makeRoom = (): number => {
    let dropped = 0
    while (waiting - dropped > longest * Speech.sampleRate) dropped += line.shift()?.length ?? 0
    waiting -= dropped
    return dropped
  }

  let givenUp = 0
  const ear: Ear = {
    detector,
    givenUp: () => givenUp,
    giveUp: Effect.sync(() => {
      givenUp++
      waiting = 0
      line.length = 0
      detector.finish()
    }),
    adaptive: undefined,
    refused: undefined,
    enter: (audio, listener) =>
      Effect.map(start(listener), () => {
        for (const part of pieces(audio)) {
          waiting += part.length
          line.push(part)
        }
        more.ring()
        return makeRoom()
      })
  }
  return ear
}

const pieces = (audio: Float32Array): ReadonlyArray<Float32Array> =>
  Array.from({ length: Math.ceil(audio.length / piece) }, (_, index) =>
    audio.subarray(index * piece, (index + 1) * piece)
  )
