import { constants } from "node:os"
import { Cause, Effect, Exit } from "effect"

const signals = ["SIGINT", "SIGTERM"] as const

/**
 * Runs a task that ends by itself, so that a signal leaves it unfinished: then the process ends with 128 and the
 * signal's number, as shells have it. A server that is told to stop has done its work, and ends with 0.
 */
export const unfinished = <A, E, R>(task: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const heard = (signal: NodeJS.Signals) => void (process.exitCode = 128 + constants.signals[signal])
      for (const signal of signals) process.once(signal, heard)
      return heard
    }),
    () => task,
    (heard) =>
      Effect.sync(() => {
        for (const signal of signals) process.off(signal, heard)
      })
  )

/** What the process ends with. */
export const of = (exit: Exit.Exit<unknown, unknown>): number => {
  if (Exit.isSuccess(exit)) return 0
  return Cause.isInterruptedOnly(exit.cause) ? Number(process.exitCode ?? 0) : 1
}
