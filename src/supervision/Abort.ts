import { EventEmitter } from "node:events"
import { Effect } from "effect"
import type { Scope } from "effect"
import * as Finalizer from "./Finalizer.ts"

/** Made once: `abort()` by itself makes one each time, with a stack trace, also for what has ended long ago. */
const over = new DOMException("Nobody waits for this any more.", "AbortError")

export const abort = (controller: AbortController): void => controller.abort(over)

/** A signal that the closing of the scope gives. */
export const signal: Effect.Effect<AbortSignal, never, Scope.Scope> = Effect.suspend(() => {
  const controller = new AbortController()
  return Effect.as(Finalizer.add(Effect.sync(() => abort(controller))), controller.signal)
})

/** The same for who takes an emitter of `abort`, as undici does: that costs a fifth of an `AbortSignal`. */
class Emitter extends EventEmitter {
  readonly reason = over
  aborted = false
}

/** An emitter that emits `abort` when the scope closes. */
export const emitter: Effect.Effect<EventEmitter, never, Scope.Scope> = Effect.suspend(() => {
  const emitter = new Emitter()
  const abort = Effect.sync(() => {
    emitter.aborted = true
    emitter.emit("abort")
  })
  return Effect.as(Finalizer.add(abort), emitter)
})
