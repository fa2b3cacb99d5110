import { Effect } from "effect"
import type { Scope } from "effect"
import * as Finalizer from "./Finalizer.ts"

/** Made once: `abort()` by itself makes one each time, with a stack trace, also for what has ended long ago. */
export const over = new DOMException("Nobody waits for this any more.", "AbortError")

export const abort = (controller: AbortController): void => controller.abort(over)

/** A signal that the closing of the scope gives. */
export const signal: Effect.Effect<AbortSignal, never, Scope.Scope> = Effect.suspend(() => {
  const controller = new AbortController()
  return Effect.as(Finalizer.add(Effect.sync(() => abort(controller))), controller.signal)
})
