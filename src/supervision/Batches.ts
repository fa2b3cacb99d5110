import { Effect, Exit, FiberId } from "effect"
import type { Duration } from "effect"
import * as Bell from "./Bell.ts"
import { afterOthers } from "./NextRound.ts"

export interface Options<In, Out, E> {
  /** How long others are waited for after each batch. Whoever comes alone, later than that, is not held up. */
  readonly pause: Duration.DurationInput
  /** Most that is done at once: a batch may hold up everybody. */
  readonly most: number
  /** Answers as many outcomes as it is given. Cannot be interrupted. */
  readonly run: (batch: ReadonlyArray<In>) => Effect.Effect<ReadonlyArray<Exit.Exit<Out, E>>>
}

interface Waiting<In, Out, E> {
  readonly one: In
  readonly answer: (outcome: Exit.Exit<Out, E>) => void
}

const noMore = Exit.interrupt(FiberId.none)

/**
 * Does together what is asked for at nearly the same time, in the order in which it was asked for, until the scope closes. Each
 * caller waits for the outcome of its own; one that is interrupted before its batch begins has asked for nothing. What waits is
 * bounded by those who do.
 */
export const make = Effect.fnUntraced(function* <In, Out, E>({ most, pause, run }: Options<In, Out, E>) {
  const waiting: Array<Waiting<In, Out, E>> = []
  const bell = Bell.make()
  let isClosed = false

  const batch = Effect.suspend(() => {
    const taken = waiting.splice(0, most)
    // Whoever it was for has left meanwhile.
    if (taken.length === 0) return Effect.void
    const told = (outcomeOf: (index: number) => Exit.Exit<Out, E>) =>
      Effect.sync(() => taken.forEach(({ answer }, index) => answer(outcomeOf(index))))
    return Effect.suspend(() => run(taken.map(({ one }) => one))).pipe(
      Effect.matchCauseEffect({
        onFailure: (cause) => told(() => Exit.failCause(cause)),
        onSuccess: (outcomes) => told((index) => outcomes[index]!)
      }),
      Effect.uninterruptible,
      Effect.zipRight(Effect.sleep(pause))
    )
  })

  // Nobody is left behind who would wait for ever.
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      isClosed = true
      for (const { answer } of waiting.splice(0)) answer(noMore)
    })
  )
  yield* bell
    .until(() => waiting.length > 0)
    .pipe(Effect.zipRight(afterOthers), Effect.zipRight(batch), Effect.forever, Effect.forkScoped)

  return (one: In): Effect.Effect<Out, E> =>
    Effect.async((resume) => {
      if (isClosed) return resume(noMore)
      const mine: Waiting<In, Out, E> = { one, answer: resume }
      waiting.push(mine)
      bell.ring()
      return Effect.sync(() => {
        const at = waiting.indexOf(mine)
        if (at >= 0) waiting.splice(at, 1)
      })
    })
})
