import { Deferred, Effect, ExecutionStrategy, Exit, FiberId, FiberSet, Scope } from "effect"
import type { EngineUnavailable } from "../models/EngineUnavailable.ts"
import { Census } from "../telemetry/Census.ts"

/** A resource that is being made ready: waits for its warm-up; after a failed one, asking tries again. */
export type Warm<A> = Effect.Effect<A, EngineUnavailable>

export interface WarmUp {
  /**
   * Starts loading in the background, in a supervised fiber. Resources close in the reverse order of these calls,
   * whatever order the loading finished in.
   */
  readonly start: <A>(load: Effect.Effect<A, EngineUnavailable, Scope.Scope>) => Effect.Effect<Warm<A>>
}

export interface Options {
  /** Owns what is loaded. It must be older than the scope that `make` runs in: fibers stop first, then resources close. */
  readonly resources: Scope.Scope
  /** Told of a failed load, once until a load succeeds. */
  readonly onFailure: (failure: EngineUnavailable) => Effect.Effect<void>
}

/** Closing the scope interrupts every warm-up and waits until it has stopped. */
export const make = Effect.fnUntraced(function* (options: Options) {
  const census = yield* Census
  const fibers = yield* FiberSet.make()

  const start = <A>(load: Effect.Effect<A, EngineUnavailable, Scope.Scope>): Effect.Effect<Warm<A>> => {
    let current: Deferred.Deferred<A, EngineUnavailable> | undefined
    let told = false
    // Let go once it has succeeded: what it closes over would be kept for as long as the session.
    let pending: typeof load | undefined = load

    const forget = Effect.sync(() => (current = undefined))
    const tell = (failure: EngineUnavailable) =>
      Effect.suspend(() => {
        if (told) return Effect.void
        told = true
        return options.onFailure(failure)
      })

    const begin = Effect.suspend(() => {
      const loaded = Deferred.unsafeMake<A, EngineUnavailable>(FiberId.none)
      current = loaded
      return inOwnScope(options.resources, pending ?? Effect.never).pipe(
        Effect.tap(() => Effect.sync(() => (pending = undefined))),
        Effect.tapError(tell),
        Effect.tapDefect((cause) => Effect.logError("a warm-up died", cause)),
        Effect.onError(() => forget),
        Effect.intoDeferred(loaded),
        census.track("warm-up"),
        FiberSet.run(fibers),
        Effect.as(loaded)
      )
    })

    return Effect.as(
      begin,
      Effect.suspend(() =>
        current === undefined ? Effect.flatMap(begin, Deferred.await) : Deferred.await(current)
      )
    )
  }

  const warmUp: WarmUp = { start }
  return warmUp
})

/** Loads in a child of `parent`, which closes at once if the load fails or is interrupted. */
const inOwnScope = <A, E>(parent: Scope.Scope, load: Effect.Effect<A, E, Scope.Scope>): Effect.Effect<A, E> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Scope.fork(parent, ExecutionStrategy.sequential), (scope) =>
      restore(Scope.extend(load, scope)).pipe(
        Effect.onExit((exit) => (Exit.isFailure(exit) ? Scope.close(scope, exit) : Effect.void))
      )
    )
  )
