import { Effect, Fiber } from "effect"
import type { Scope } from "effect"

/**
 * Runs at most one effect per key at a time: whoever comes while it runs shares it. The work belongs to the scope
 * that this is made in; it stops when the last one who waits for it leaves.
 */
export const make = <A, E>() =>
  Effect.gen(function* () {
    const scope: Scope.Scope = yield* Effect.scope
    const running = new Map<string, { readonly fiber: Fiber.Fiber<A, E>; waiters: number }>()
    const oneByOne = yield* Effect.makeSemaphore(1)

    const join = <R>(key: string, effect: Effect.Effect<A, E, R>) =>
      Effect.gen(function* () {
        const work = running.get(key) ?? {
          fiber: yield* Effect.forkIn(Effect.interruptible(effect), scope),
          waiters: 0
        }
        running.set(key, work)
        work.waiters++
        return work
      }).pipe(oneByOne.withPermits(1))

    return <R>(key: string, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(join(key, effect), (work) =>
          Effect.ensuring(
            restore(Fiber.join(work.fiber)),
            Effect.suspend(() => {
              work.waiters--
              if (work.waiters > 0) return Effect.void
              if (running.get(key) === work) running.delete(key)
              return Fiber.interrupt(work.fiber)
            })
          )
        )
      )
  })
