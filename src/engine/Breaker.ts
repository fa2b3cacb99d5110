import { Clock, Duration, Effect, Exit } from "effect"

/** So many failures in a row, and the engine counts as down; one is enough if it let us wait in vain. */
const mostFailures = 3
/** How long nobody is sent to it then; each attempt that fails doubles that. */
const firstPause = Duration.seconds(10)
const longestPause = Duration.minutes(5)

/**
 * Keeps jobs away from an engine that is down, so that nobody waits for its time-outs again and again. When its pause is
 * over, one job tries it; if that succeeds, all others are let through again. Shared by all sessions of an engine.
 */
export interface Breaker<E> {
  /** Runs a job, or fails at once with what the engine failed with last. */
  readonly run: <A, R>(job: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Whether the engine is down: jobs are kept away, but for the one that tries it. */
  readonly isOpen: Effect.Effect<boolean>
  /** To be told of something that the engine did well without having been kept away from it. */
  readonly succeeded: Effect.Effect<void>
}

interface Down<E> {
  /** What is said meanwhile. */
  readonly failure: E
  /** Unix time in ms. */
  readonly until: number
  readonly pause: Duration.Duration
  /** Whether a job tries the engine now. */
  trying: boolean
}

/** What a failure says of the engine. */
export interface Judged {
  /** Whether the engine is to blame, and not what it was asked for. Without it: it is. */
  readonly fault?: boolean | undefined
  /** Whether its whole time-out was waited for. Nobody should wait for that twice. */
  readonly slow?: boolean | undefined
}

export const make = <E extends Judged>(): Breaker<E> => {
  let failures = 0
  let down: Down<E> | undefined

  const fell = (failure: E, pause: Duration.Duration, now: number) => {
    down = { failure, pause, until: now + Duration.toMillis(pause), trying: false }
  }
  const recovered = () => {
    failures = 0
    down = undefined
  }

  const judge = (failure: E | undefined, trial: Down<E> | undefined, now: number) => {
    // An interruption says nothing about the engine, and neither does a job that it rightly refused.
    if (failure === undefined || failure.fault === false) return
    failures += failure.slow === true ? mostFailures : 1
    if (trial !== undefined && trial === down)
      return fell(failure, Duration.min(Duration.times(trial.pause, 2), longestPause), now)
    if (down === undefined && failures >= mostFailures) fell(failure, firstPause, now)
  }

  const guarded = <A, R>(job: Effect.Effect<A, E, R>, trial?: Down<E>) =>
    Effect.matchCauseEffect(job, {
      onFailure: (cause) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => {
          if (trial !== undefined) trial.trying = false
          judge(cause._tag === "Fail" ? cause.error : undefined, trial, now)
          return Exit.failCause(cause)
        }),
      onSuccess: (value) => {
        if (trial !== undefined) trial.trying = false
        recovered()
        return Exit.succeed(value)
      }
    })

  /** `job`: the only part that can be interrupted: whoever tries the engine must not leave without saying so. */
  const tried = <A, R>(job: Effect.Effect<A, E, R>) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      if (down === undefined) return guarded(job)
      if (now < down.until || down.trying) return Effect.fail(down.failure)
      down.trying = true
      return guarded(job, down)
    })

  return {
    run: (job) =>
      Effect.uninterruptibleMask((restore) =>
        down === undefined ? guarded(restore(job)) : tried(restore(job))
      ),
    isOpen: Effect.sync(() => down !== undefined),
    succeeded: Effect.sync(recovered)
  }
}
