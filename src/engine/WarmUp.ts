import { Cause, Context, Effect, ExecutionStrategy, Exit, Fiber, Option, Scope } from "effect"
import type { EngineUnavailable } from "./EngineUnavailable.ts"
import * as Finalizer from "../supervision/Finalizer.ts"
import * as WholeFiber from "../supervision/WholeFiber.ts"
import { Census } from "../telemetry/Census.ts"

/** A resource that is being made ready: waits for its warm-up; after a failed one, asking tries again. */
export type Warm<A> = Effect.Effect<A, EngineUnavailable>

export interface WarmUp {
  /**
   * Starts loading in the background, in a supervised fiber. Resources close in the reverse order of these calls,
   * whatever order the loading finished in.
   */
  readonly start: <A>(load: Effect.Effect<A, EngineUnavailable, Scope.Scope>) => Effect.Effect<Warm<A>>
  /**
   * The same for what most sessions never need: it is loaded when somebody first asks for it. It closes before
   * everything that was there by then.
   */
  readonly lazy: <A>(load: Effect.Effect<A, EngineUnavailable, Scope.Scope>) => Warm<A>
}

export interface Options {
  /** Told of a failed load, once. `awaited`: somebody waits for this load, and gets the failure too. */
  readonly onFailure: (failure: EngineUnavailable, awaited: boolean) => Effect.Effect<void>
}

/** Closing the scope interrupts every warm-up, waits until it has stopped, and then closes what has been loaded. */
export const make = Effect.fnUntraced(function* (options: Options) {
  const census = yield* Census
  const resources = yield* Scope.fork(yield* Effect.scope, ExecutionStrategy.sequential)
  const running = new Set<Fiber.RuntimeFiber<unknown, unknown>>()
  // All at once: none goes on loading while another one stops.
  yield* Finalizer.add(Effect.suspend(() => Fiber.interruptAll(running)))

  const prepare = <A>(load: Effect.Effect<A, EngineUnavailable, Scope.Scope>) => {
    let state: Fiber.RuntimeFiber<A, EngineUnavailable> | Exit.Exit<A, EngineUnavailable> | undefined
    let told = false
    let waiting = 0
    // Let go once it has succeeded: what it closes over would be kept for as long as the session.
    let pending: typeof load | undefined = load

    const report = (cause: Cause.Cause<EngineUnavailable>): Effect.Effect<void> => {
      const failure = Cause.failureOption(cause)
      if (Option.isNone(failure))
        return Cause.isInterruptedOnly(cause) ? Effect.void : Effect.logError("a warm-up died", cause)
      if (told) return Effect.void
      told = true
      return options.onFailure(failure.value, waiting > 0)
    }

    const begin = Effect.suspend(() =>
      Effect.forkIn(inOwnScope(resources, pending ?? Effect.never, report), resources)
    ).pipe(
      Effect.tap((fiber) => {
        state = fiber
        running.add(fiber)
        census.watch("warm-up", fiber)
        fiber.addObserver((exit) => {
          running.delete(fiber)
          state = Exit.isSuccess(exit) ? exit : undefined
          if (state !== undefined) pending = undefined
        })
      })
    )

    const warm: Warm<A> = Effect.suspend(() => {
      if (Exit.isExit(state)) return state
      waiting++
      return Effect.ensuring(
        Effect.flatMap(state === undefined ? begin : Effect.succeed(state), result),
        Effect.sync(() => waiting--)
      )
    })
    return { begin, warm }
  }

  const warmUp: WarmUp = {
    start: (load) => {
      // What is there already needs no fiber.
      if (isThere(load)) return Effect.succeed(load)
      const { begin, warm } = prepare(load)
      return Effect.as(begin, warm)
    },
    lazy: (load) => prepare(load).warm
  }
  return warmUp
})

const isThere = <A, E, R>(
  load: Effect.Effect<A, E, R>
): load is Exit.Success<A, E> & Effect.Effect<A, E, R> => Exit.isExit(load) && Exit.isSuccess(load)

const result = <A>(fiber: Fiber.RuntimeFiber<A, EngineUnavailable>) => Effect.flatten(Fiber.await(fiber))

/**
 * Loads in a child of `parent`, which closes at once if the load fails or is interrupted; that is reported afterwards.
 * It is all that its fiber does.
 */
const inOwnScope = <A, E>(
  parent: Scope.Scope,
  load: Effect.Effect<A, E, Scope.Scope>,
  report: (cause: Cause.Cause<E>) => Effect.Effect<void>
): Effect.Effect<A, E> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Scope.fork(parent, ExecutionStrategy.sequential), (scope) =>
      Effect.catchAllCause(WholeFiber.provide(restore(load), Context.make(Scope.Scope, scope)), (cause) =>
        Effect.zipRight(
          Scope.close(scope, Exit.failCause(cause)),
          Effect.zipRight(restore(report(cause)), Effect.failCause(cause))
        )
      )
    )
  )
