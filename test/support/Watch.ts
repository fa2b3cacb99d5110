import { Effect } from "effect"

/** Something that changes from outside, and those who wait until it has come to be as they want it. */
export interface Watch {
  /** To be called after each change. */
  readonly changed: () => void
  /** Waits until `look` finds something, asking again after each change. */
  readonly until: <A>(look: () => A | undefined) => Effect.Effect<A>
}

export const make = (): Watch => {
  const listeners = new Set<() => void>()
  return {
    changed: () => {
      for (const listener of listeners) listener()
    },
    until: <A>(look: () => A | undefined) =>
      Effect.async<A>((resume) => {
        const listener = () => {
          const found = look()
          if (found === undefined) return
          listeners.delete(listener)
          resume(Effect.succeed(found))
        }
        listeners.add(listener)
        listener()
        return Effect.sync(() => listeners.delete(listener))
      })
  }
}
