import { Clock, Duration, Effect, Either } from "effect"
import type { Scope } from "effect"
import type { Census } from "../telemetry/Census.ts"
import { EngineUnavailable } from "./EngineUnavailable.ts"
import { say } from "../language/Text.ts"
import type { Text, Words } from "../language/Text.ts"
import * as Outage from "./Outage.ts"
import * as WarmUp from "./WarmUp.ts"

/** How long the first one is waited for before the other one works meanwhile. */
const patience = Duration.seconds(10)
/** How long an engine that could not be opened is left alone before that is tried again. */
const pause = Duration.seconds(30)

type Load<A> = Effect.Effect<A, EngineUnavailable, Scope.Scope>

/** Told once, when `spare` begins to work in place of an engine that failed; again after that one has been back. */
export type OnSpare<E> = (failure: EngineUnavailable | E, spare: string) => Effect.Effect<void>

export interface Options<A, E> {
  /** The first one, as messages call it. */
  readonly name: Pick<EngineUnavailable, "kind" | "engine">
  readonly first: Load<A>
  /** Opened when it is first needed. */
  readonly spare: Load<A>
  readonly onSpare: OnSpare<E>
  /** The first one's failure, with a word on the other one's. */
  readonly both: (failure: E, other: E | EngineUnavailable) => E
}

export interface Spare<A, E> {
  /** The engine that is asked next. */
  readonly current: () => A
  /** To be run when the engine that is asked first has done something otherwise than by `run`. */
  readonly worked: Effect.Effect<void>
  /**
   * Has a job done by the engine that is asked first; if that fails while `mayRepeat`, by the other one. The job runs
   * `done` when there is something of it. If the other one fails, too, both are told of.
   */
  readonly run: <B>(
    job: (engine: A, done: Effect.Effect<void>) => Effect.Effect<B, E>,
    mayRepeat?: () => boolean
  ) => Effect.Effect<B, E>
}

/** What to do about the first one's failure, and what is wrong with the other one. */
export const adviceOf = (failure: { readonly advice: Words }, other: { readonly words: Text }): Words =>
  say("engine.sentences", [failure.advice, say("engine.spareToo", other.words)])

/**
 * An engine, and another one that takes its place while it cannot work. The first one is asked again for each job: its
 * breaker knows when that is of no use. Where it cannot even be opened, the other one works from the start, and opening
 * is tried again from time to time, beside the jobs.
 */
export const open = Effect.fn("Spare.open")(function* <A extends { readonly engine: string }, E>({
  both,
  first,
  name,
  onSpare,
  spare
}: Options<A, E>): Effect.fn.Return<Spare<A, E>, EngineUnavailable, Scope.Scope | Census> {
  // A load that fails is told with the job that it was for.
  const warmUp = yield* WarmUp.make({ onFailure: () => Effect.void })
  const other = warmUp.lazy(spare)
  const again = warmUp.lazy(first)
  const scope = yield* Effect.scope
  const outage = Outage.make()
  const { worked } = outage
  const tell = (failure: EngineUnavailable | E, { engine }: A) =>
    Effect.flatMap(outage.failed, (isNews) => (isNews ? onSpare(failure, engine) : Effect.void))

  let isLate = false
  const soon = Effect.timeoutFail(again, {
    duration: patience,
    onTimeout: () => {
      isLate = true
      return new EngineUnavailable({
        ...name,
        reason: say("engine.stillOpening"),
        advice: say("engine.comesWhenReady")
      })
    }
  })
  const opened = yield* Effect.either(soon)
  let triedAt = yield* Clock.currentTimeMillis
  let isBack = Either.isRight(opened)
  let current = Either.isRight(opened)
    ? opened.right
    : yield* other.pipe(
        Effect.tap((engine) => tell(opened.left, engine)),
        // Without it, the first one is waited for, which knows best what is wrong with it.
        Effect.catchAll((second) =>
          again.pipe(
            Effect.mapError(
              (failure) => new EngineUnavailable({ ...failure, advice: adviceOf(failure, second) })
            ),
            Effect.tap(() => Effect.sync(() => (isBack = true)))
          )
        )
      )

  const back = Effect.map(again, (engine) => {
    current = engine
    isBack = true
  })
  if (isLate && !isBack) yield* Effect.forkIn(Effect.ignore(back), scope)
  const tryAgain = Effect.flatMap(Clock.currentTimeMillis, (now) => {
    if (isBack || now - triedAt < Duration.toMillis(pause)) return Effect.void
    triedAt = now
    return Effect.asVoid(Effect.forkIn(Effect.ignore(back), scope))
  })

  const run: Spare<A, E>["run"] = (job, mayRepeat = () => true) =>
    Effect.suspend(() => {
      if (!isBack) return Effect.zipRight(tryAgain, job(current, Effect.void))
      let isDone = false
      const done = Effect.sync(() => void (isDone = true))
      return job(current, done).pipe(
        Effect.tap(() => (isDone ? worked : Effect.void)),
        Effect.catchAll((failure) =>
          mayRepeat()
            ? Effect.flatMap(other, (engine) => job(engine, tell(failure, engine))).pipe(
                Effect.mapError((second) => both(failure, second))
              )
            : Effect.fail(failure)
        )
      )
    })
  return { current: () => current, worked, run }
})
