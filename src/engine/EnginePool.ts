import { Context, Data, Effect, Layer, RcMap } from "effect"
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

/** Equal by kind, id and attempt. */
class EngineKey extends Data.Class<{ kind: EngineKind; id: string; attempt: number }> {}

const make = Effect.fnUntraced(function* (options: { readonly idleTimeToLive: Duration.DurationInput }) {
  const loads = new Map<string, EngineSpec<unknown>["load"]>()
  const attempts = new Map<string, number>()
  const references = new Map<string, number>()
  const nameOf = (kind: EngineKind, id: string) => `${kind} ${id}`

  const engines: RcMap.RcMap<EngineKey, unknown, EngineUnavailable> = yield* RcMap.make({
    idleTimeToLive: options.idleTimeToLive,
    lookup: (key: EngineKey) => {
      const name = nameOf(key.kind, key.id)
      return Effect.suspend(() => loads.get(name)!).pipe(
        // RcMap keeps a failure like a value. A new attempt gets a new key, so that whoever still holds the
        // failed entry cannot take the next one down with it.
        Effect.tapErrorCause(() =>
          Effect.suspend(() => {
            attempts.set(name, key.attempt + 1)
            return RcMap.invalidate(engines, key)
          })
        ),
        Effect.withSpan("EnginePool.load", { attributes: { kind: key.kind, engine: key.id } })
      )
    }
  })

  const count = (name: string, change: number): void => {
    const now = (references.get(name) ?? 0) + change
    if (now === 0) references.delete(name)
    else references.set(name, now)
  }

  const borrow = <A>(spec: EngineSpec<A>) =>
    // The attempt is that of the moment: a borrower may run the same effect again after a failure.
    Effect.suspend(() => {
      const name = nameOf(spec.kind, spec.id)
      loads.set(name, spec.load)
      const key = new EngineKey({ kind: spec.kind, id: spec.id, attempt: attempts.get(name) ?? 0 })
      const counted = Finalizer.whileOpen(
        () => count(name, 1),
        () => count(name, -1)
      )
      return Effect.zipRight(counted, RcMap.get(engines, key)) as Effect.Effect<
        A,
        EngineUnavailable,
        Scope.Scope
      >
    })

  const uses = RcMap.keys(engines).pipe(
    Effect.map((keys) =>
      keys.map(({ kind, id }) => ({ kind, id, references: references.get(nameOf(kind, id)) ?? 0 }))
    ),
    // Keys of a closed pool interrupt: nothing lives then.
    Effect.catchAllCause(() => Effect.succeed([]))
  )

  return EnginePool.of({ borrow, uses })
})
