import { Effect } from "effect"

/** Warnings that are remembered; the one that was said longest ago is forgotten first. */
const most = 1000

/** Logs each warning the first time it comes up: the same one comes with every session, and is worth saying once. */
export const make = () => {
  const said = new Set<string>()
  return (warning: string): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (said.has(warning)) return Effect.void
      said.add(warning)
      if (said.size > most) said.delete(said.values().next().value!)
      return Effect.logWarning(warning)
    })
}
