import { Effect, Fiber, Queue } from "effect"
import * as Pcm from "../audio/Pcm.ts"
import * as Speech from "../audio/Speech.ts"
import type { Take } from "./Tts.ts"

/** The sound of such a job as a whole; none if it gives none. */
export const whole = <E>(job: (put: Take) => Effect.Effect<void, E>): Effect.Effect<Pcm.Pcm, E> =>
  Effect.suspend(() => {
    const pieces: Array<Pcm.Pcm> = []
    const put = (piece: Pcm.Pcm) => Effect.sync(() => void pieces.push(piece))
    return Effect.map(job(put), () =>
      pieces.length === 0 ? Speech.nothing : Pcm.join(pieces, pieces[0]!.sampleRate)
    )
  })

/**
 * Runs a job that speaks a sentence, and hands its sound on beside it. Whoever takes the sound may be slow, or wait until
 * other sentences have been heard: that keeps neither the job's place nor its connection, so that no sentence waits for a
 * place that one after it has. What waits meanwhile is bounded by the longest sentence that a job gives. A failure comes
 * after the sound that came before it.
 */
export const besides = <E>(job: (put: Take) => Effect.Effect<void, E>, take: Take): Effect.Effect<void, E> =>
  Effect.scoped(
    Effect.gen(function* () {
      const pieces = yield* Queue.unbounded<Pcm.Pcm | undefined>()
      const put = (piece: Pcm.Pcm | undefined) => Effect.asVoid(Queue.offer(pieces, piece))
      const speaking = yield* Effect.forkScoped(Effect.ensuring(job(put), put(undefined)))
      for (let piece = yield* pieces.take; piece !== undefined; piece = yield* pieces.take) yield* take(piece)
      return yield* Fiber.join(speaking)
    })
  )
