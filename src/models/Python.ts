import { Effect, Predicate } from "effect"

const isNotThere = (error: unknown): boolean =>
  Predicate.isTagged(error, "SystemError") && "reason" in error && error.reason === "NotFound"

/** Runs a command with the name of this machine's Python: `python`, only where there is no program `python3`. */
export const run = <A, E, R>(use: (python: string) => Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.catchIf(use("python3"), isNotThere, () => use("python"))
