import { Effect } from "effect"

/**
 * Lets the event loop go round once: what others have sent meanwhile is read first. A fiber that goes on for long holds
 * it up otherwise, since fibers give way to one another only, not to sockets. Takes no time of any clock.
 */
export const nextRound: Effect.Effect<void> = Effect.async((resume) => {
  // oxlint-disable-next-line supervision/no-bare-async
  const round = setImmediate(() => resume(Effect.void))
  return Effect.sync(() => clearImmediate(round))
})

/**
 * Lets a request go out that was made just now: an HTTP connection that was used before looks once round the event loop for what
 * has come before it writes.
 */
export const afterRequests: Effect.Effect<void> = Effect.zipRight(nextRound, nextRound)
