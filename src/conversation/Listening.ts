import { Deferred, Duration, Effect, Exit, Mailbox, Option } from "effect"
import type { Cause, Scope } from "effect"
import type { Asr, TranscriptionFailed } from "../asr/Asr.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as FiberSlot from "../supervision/FiberSlot.ts"

/**
 * Listens to an utterance while it is spoken, for clients that want to see the transcript grow. Whatever goes wrong
 * here only costs the preview: the whole utterance is transcribed at its end.
 */
export interface Listening {
  /** An utterance begins. It is listened to from its first samples on, or not at all. */
  readonly begin: Effect.Effect<void>
  /** The next samples of the utterance (mono, 16 kHz), if it is listened to. Never waits. */
  readonly hear: (samples: Float32Array) => Effect.Effect<void>
  /** The utterance is complete. Answers what waits for its transcript: none if it was not heard as a whole, or in time. */
  readonly finish: Effect.Effect<Effect.Effect<Option.Option<string>>>
  /** The utterance is given up: nothing more is told of it. */
  readonly cancel: Effect.Effect<void>
}

export interface Options {
  readonly asr: Effect.Effect<Asr, EngineUnavailable>
  /** Told of each transcript that differs from the one before. */
  readonly onPartial: (text: string) => Effect.Effect<void>
}

/** How long the transcript may take from the end of the utterance on, by a listener that doesn't say it; the whole of it is transcribed then. */
const usualPatience = Duration.seconds(15)

/** An utterance of which no more has come for so long has no end either: it is given up, and what it keeps in use is free again. */
const longestSilence = "30 seconds"

/** Chunks that wait for the recogniser; when it lags behind further, the preview is given up. */
const mostWaiting = 64

interface Utterance {
  readonly chunks: Mailbox.Mailbox<Float32Array>
  /** All of it has been said. */
  readonly complete: Deferred.Deferred<void>
  readonly transcript: Deferred.Deferred<Option.Option<string>>
}

/** Closing the scope ends what is being listened to. */
export const make = ({ asr, onPartial }: Options, scope: Scope.Scope): Listening => {
  const slot = FiberSlot.make(scope)
  let current: Utterance | undefined

  const listen = ({ chunks, complete, transcript }: Utterance) => {
    let patience = usualPatience
    const late = Effect.suspend(() => Effect.delay(Effect.succeedNone, patience))
    return Effect.gen(function* () {
      const { listen } = yield* asr
      if (listen === undefined) return Option.none<string>()
      const listener = yield* listen
      patience = listener.patience ?? usualPatience
      let shown = ""
      const hear = Effect.gen(function* () {
        const text = yield* listener.hear(yield* Effect.timeout(chunks.take, longestSilence))
        if (text === shown || text === "") return
        shown = text
        yield* onPartial(text)
      })
      // The mailbox ends with the utterance, when all of it has been taken.
      return yield* Effect.forever(hear).pipe(
        Effect.catchTag("NoSuchElementException", () => Effect.asSome(listener.finish))
      )
    }).pipe(
      Effect.scoped,
      Effect.raceFirst(Effect.zipRight(Deferred.await(complete), late)),
      Effect.catchAll((failure: TranscriptionFailed | EngineUnavailable | Cause.TimeoutException) =>
        Effect.as(Effect.logDebug(`no preview: ${failure.message}`), Option.none<string>())
      ),
      Effect.onExit((exit) => Deferred.succeed(transcript, Exit.isSuccess(exit) ? exit.value : Option.none()))
    )
  }

  const cancel = Effect.suspend(() => {
    current = undefined
    return slot.stop
  })

  const begin = Effect.gen(function* () {
    const utterance: Utterance = {
      chunks: yield* Mailbox.make<Float32Array>({ capacity: mostWaiting, strategy: "dropping" }),
      complete: yield* Deferred.make<void>(),
      transcript: yield* Deferred.make<Option.Option<string>>()
    }
    current = utterance
    yield* slot.start(listen(utterance))
  })

  return {
    begin,
    cancel,
    hear: (samples) =>
      Effect.suspend(() =>
        current === undefined || current.chunks.unsafeOffer(samples) ? Effect.void : cancel
      ),
    finish: Effect.suspend(() => {
      const utterance = current
      if (utterance === undefined) return Effect.succeed(Effect.succeedNone)
      current = undefined
      return utterance.chunks.end.pipe(
        Effect.zipRight(Deferred.succeed(utterance.complete, undefined)),
        Effect.as(Deferred.await(utterance.transcript))
      )
    })
  }
}
