import { Context, Effect, Layer, RcMap } from "effect"
import type { Duration, Scope } from "effect"
import * as Finalizer from "../supervision/Finalizer.ts"
import type { EngineUnavailable, EngineKind } from "./EngineUnavailable.ts"

/** How to get one shared engine. Two specs with the same `kind` and `id` mean the same engine. */
export interface EngineSpec<A> {
  readonly kind: EngineKind
  /** The engine and its whole configuration, such as `llama_cpp_llm:{"model_path":"auto"}`. */
  readonly id: string
  /** Loads the engine into the scope of the pool's entry; it may be interrupted at any moment. */
  readonly load: Effect.Effect<A, EngineUnavailable, Scope.Scope>
}

/** One loaded (or loading) engine, as the registry shows it. */
export interface EngineUse {
  readonly kind: EngineKind
  readonly id: string
  /** Sessions that hold it now; 0 while it waits out its idle time. */
  readonly references: number
}

/**
 * Heavy engines, shared by all sessions: loaded once per configuration, counted by reference, kept for
 * an idle time after the last session has left, then freed. A failed load is not kept.
 */
export class EnginePool extends Context.Tag("seiyuu/engine/EnginePool")<
  EnginePool,
  {
    readonly borrow: <A>(spec: EngineSpec<A>) => Effect.Effect<A, EngineUnavailable, Scope.Scope>
    readonly uses: Effect.Effect<ReadonlyArray<EngineUse>>
  }
>() {
  /** `idleTimeToLive`: how long an engine stays loaded without a session. */
  static readonly layer = (options: { readonly idleTimeToLive: Duration.DurationInput }) =>
    Layer.scoped(EnginePool, make(options))
}

/** One attempt at an engine, equal to itself only. */
interface Attempt extends EngineSpec<unknown> {
  /** Borrowers that have not left. */
  borrowers: number
  /** Entries of the map that it has: while one closes, the next may load. */
  entries: number
}

const make = Effect.fnUntraced(function* (options: { readonly idleTimeToLive: Duration.DurationInput }) {
  /** The attempt that the next borrower shares; gone when nobody needs it any more. */
  const current = new Map<string, Attempt>()
  const references = new Map<string, number>()
  const nameOf = ({ id, kind }: Pick<Attempt, "id" | "kind">) => `${kind} ${id}`

  const forget = (attempt: Attempt): void => {
    const name = nameOf(attempt)
    if (current.get(name) === attempt) current.delete(name)
  }
  const forgetUnused = (attempt: Attempt): void => {
    if (attempt.borrowers === 0 && attempt.entries === 0) forget(attempt)
  }

  const engines: RcMap.RcMap<Attempt, unknown, EngineUnavailable> = yield* RcMap.make({
    idleTimeToLive: options.idleTimeToLive,
    lookup: (attempt: Attempt) =>
      Effect.zipRight(
        Finalizer.whileOpen(
          () => void attempt.entries++,
          () => {
            attempt.entries--
            forgetUnused(attempt)
          }
        ),
        attempt.load
      ).pipe(
        // RcMap keeps a failure like a value. The next borrower makes a new attempt, so that whoever still holds the
        // failed one cannot take that down with it.
        Effect.tapErrorCause(() =>
          Effect.suspend(() => {
            forget(attempt)
            return RcMap.invalidate(engines, attempt)
          })
        ),
        Effect.withSpan("EnginePool.load", { attributes: { kind: attempt.kind, engine: attempt.id } })
      )
  })

  // Before the map's own finalizer, which closes them one after the other: an MCP server may take seconds to end. What is
  // still borrowed is left to that one.
  yield* Finalizer.add(
    Effect.flatMap(RcMap.keys(engines), (attempts) =>
      Effect.forEach(
        attempts.filter(({ borrowers }) => borrowers === 0),
        (attempt) => RcMap.invalidate(engines, attempt),
        { concurrency: "unbounded", discard: true }
      )
    )
  )

  const count = (name: string, change: number): void => {
    const now = (references.get(name) ?? 0) + change
    if (now === 0) references.delete(name)
    else references.set(name, now)
  }

  const borrow = <A>(spec: EngineSpec<A>) =>
    // The attempt is that of the moment: a borrower may run the same effect again after a failure.
    Effect.suspend(() => {
      const name = nameOf(spec)
      const attempt = current.get(name) ?? { ...spec, borrowers: 0, entries: 0 }
      current.set(name, attempt)
      const counted = Finalizer.whileOpen(
        () => {
          attempt.borrowers++
          count(name, 1)
        },
        () => {
          attempt.borrowers--
          count(name, -1)
          forgetUnused(attempt)
        }
      )
      return Effect.zipRight(counted, RcMap.get(engines, attempt)) as Effect.Effect<
        A,
        EngineUnavailable,
        Scope.Scope
      >
    })

  const uses = RcMap.keys(engines).pipe(
    Effect.map((attempts) =>
      attempts.map(({ id, kind }) => ({ kind, id, references: references.get(nameOf({ kind, id })) ?? 0 }))
    ),
    // Keys of a closed pool interrupt: nothing lives then.
    Effect.catchAllCause(() => Effect.succeed([]))
  )

  return EnginePool.of({ borrow, uses })
})
