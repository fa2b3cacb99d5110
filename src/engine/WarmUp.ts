import { Cause, Context, Effect, ExecutionStrategy, Exit, Fiber, Option, Scope } from "effect"
import type { EngineUnavailable } from "./EngineUnavailable.ts"
import * as Finalizer from "../supervision/Finalizer.ts"
import * as WholeFiber from "../supervision/WholeFiber.ts"
import { Census } from "../telemetry/Census.ts"

/** A resource that is being made ready: waits for its warm-up; after a failed one, asking tries again. */
export type Warm<A> = Effect.Effect<A, EngineUnavailable>

export interface WarmUp {
  /**
   * Loads in the background, in a supervised fiber, from `begin` on. Resources close in the reverse order of these calls,
   * whatever order the loading finished in.
   */
  readonly start: <A>(load: Effect.Effect<A, EngineUnavailable, Scope.Scope>) => Warm<A>
  /** To be run when all of them have been named. */
  readonly begin: Effect.Effect<void>
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
  const group = new Group(resources, census, options)
  // All at once: none goes on loading while another one stops.
  yield* Finalizer.add(Effect.suspend(() => Fiber.interruptAll(group.running)))
  const warmUp: WarmUp = {
    // What is there already needs no fiber.
    start: (load) => (isThere(load) ? load : group.add(load)),
    begin: group.begin,
    lazy: (load) => new Loading(group, load).warm
  }
  return warmUp
})

/** What the warm-ups of a session share. */
class Group {
  readonly resources: Scope.Scope
  readonly running = new Set<Fiber.RuntimeFiber<unknown, unknown>>()
  readonly onFailure: Options["onFailure"]
  readonly #census: Census["Type"]
  /** Those that have not begun. */
  readonly #waiting: Array<Loading<unknown>> = []

  constructor(resources: Scope.Scope, census: Census["Type"], { onFailure }: Options) {
    this.resources = resources
    this.onFailure = onFailure
    this.#census = census
  }

  add<A>(load: Effect.Effect<A, EngineUnavailable, Scope.Scope>): Warm<A> {
    const loading = new Loading(this, load)
    this.#waiting.push(loading)
    return loading.warm
  }

  /** Begins all, in order; but for those that somebody has asked for by then. */
  readonly begin: Effect.Effect<void> = Effect.suspend(() => {
    const next = this.#waiting.shift()
    if (next === undefined) return Effect.void
    return Effect.zipRight(next.hasBegun() ? Effect.void : next.begin, this.begin)
  })

  watch(fiber: Fiber.RuntimeFiber<unknown, unknown>): void {
    this.running.add(fiber)
    this.#census.watch("warm-up", fiber)
    fiber.addObserver(() => this.running.delete(fiber))
  }
}

class Loading<A> {
  readonly #group: Group
  #state: Fiber.RuntimeFiber<A, EngineUnavailable> | Exit.Exit<A, EngineUnavailable> | undefined
  #told = false
  #waiting = 0
  /** Let go once it has succeeded: what it closes over would be kept for as long as the session. */
  #load: Effect.Effect<A, EngineUnavailable, Scope.Scope> | undefined

  constructor(group: Group, load: Effect.Effect<A, EngineUnavailable, Scope.Scope>) {
    this.#group = group
    this.#load = load
  }

  readonly warm: Warm<A> = Effect.suspend(() => {
    if (Exit.isExit(this.#state)) return this.#state
    this.#waiting++
    return Effect.ensuring(
      Effect.flatMap(this.#state === undefined ? this.begin : Effect.succeed(this.#state), (fiber) =>
        Effect.flatten(Fiber.await(fiber))
      ),
      Effect.sync(() => this.#waiting--)
    )
  })

  hasBegun(): boolean {
    return this.#state !== undefined
  }

  get begin(): Effect.Effect<Fiber.RuntimeFiber<A, EngineUnavailable>> {
    const load = this.#load ?? Effect.never
    return Effect.map(
      Effect.forkIn(
        inOwnScope(this.#group.resources, load, (cause) => this.#report(cause)),
        this.#group.resources
      ),
      (fiber) => {
        this.#state = fiber
        this.#group.watch(fiber)
        fiber.addObserver((exit) => {
          this.#state = Exit.isSuccess(exit) ? exit : undefined
          if (Exit.isSuccess(exit)) this.#load = undefined
        })
        return fiber
      }
    )
  }

  #report(cause: Cause.Cause<EngineUnavailable>): Effect.Effect<void> {
    const failure = Cause.failureOption(cause)
    if (Option.isNone(failure))
      return Cause.isInterruptedOnly(cause) ? Effect.void : Effect.logError("a warm-up died", cause)
    if (this.#told) return Effect.void
    this.#told = true
    return this.#group.onFailure(failure.value, this.#waiting > 0)
  }
}

const isThere = <A, E, R>(
  load: Effect.Effect<A, E, R>
): load is Exit.Success<A, E> & Effect.Effect<A, E, R> => Exit.isExit(load) && Exit.isSuccess(load)

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
