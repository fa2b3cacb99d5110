import { subscribe, unsubscribe } from "node:diagnostics_channel"
import type { Worker } from "node:worker_threads"
import { Effect } from "effect"

/** How many worker threads this process has now. */
export const count = (): number =>
  (process.report.getReport() as unknown as { readonly workers: ReadonlyArray<unknown> }).workers.length

/** The worker threads that are started from now on, while the scope is open. */
export const started = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => {
      const threads: Array<Worker> = []
      const listen = (message: unknown) => void threads.push((message as { worker: Worker }).worker)
      subscribe("worker_threads", listen)
      return { threads, listen }
    }),
    ({ listen }) => Effect.sync(() => unsubscribe("worker_threads", listen))
  ),
  ({ threads }) => threads
)
