import { Effect } from "effect"

/** Wakes fibers that wait until something is so. */
export interface Bell {
  /** To be called whenever it may have come to be so. */
  readonly ring: () => void
  /** Waits until `isSo` holds. It may hold no more when the fiber goes on. */
  readonly until: (isSo: () => boolean) => Effect.Effect<void>
}

export const make = (): Bell => {
  const waiting = new Set<() => void>()
  return {
    ring: () => {
      for (const look of waiting) look()
    },
    until: (isSo) =>
      Effect.async<void>((resume) => {
        const look = () => {
          if (!isSo()) return
          waiting.delete(look)
          resume(Effect.void)
        }
        waiting.add(look)
        // It may have rung on the way here.
        look()
        return Effect.sync(() => waiting.delete(look))
      })
  }
}

/** Takes the first of a line; waits while there is none. Whoever puts something in it rings the bell. */
export const shift = <A>(bell: Bell, line: Array<A>): Effect.Effect<A> =>
  Effect.suspend(() =>
    line.length > 0
      ? Effect.succeed(line.shift()!)
      : Effect.zipRight(
          bell.until(() => line.length > 0),
          shift(bell, line)
        )
  )
