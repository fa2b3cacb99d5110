import { Effect } from "effect"

/** The same effect, after as many steps of the runtime. */
export const after = <A, E>(steps: number, effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  steps === 0 ? effect : Effect.suspend(() => after(steps - 1, effect))
