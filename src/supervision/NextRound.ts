import { Effect } from "effect"

// A round is no time of any clock, and nothing of Effect's waits for one: whoever calls this sees to interruption.
// oxlint-disable-next-line supervision/no-bare-async
const inNextRound = (run: () => void) => setImmediate(run)

/**
 * Lets the event loop go round once: what others have sent meanwhile is read first. A fiber that goes on for long holds
 * it up otherwise, since fibers give way to one another only, not to sockets. Takes no time of any clock.
 */
export const nextRound: Effect.Effect<void> = Effect.async((resume) => {
  const round = inNextRound(() => resume(Effect.void))
  return Effect.sync(() => clearImmediate(round))
})

/**
 * Lets a request go out that was made just now: an HTTP connection that was used before looks once round the event loop for what
 * has come before it writes.
 */
export const afterRequests: Effect.Effect<void> = Effect.zipRight(nextRound, nextRound)

/** A share of those who wait in `afterOthers` that goes on in one round: under load there are many, and a round is long. */
const share = 1 / 8

const waiting: Array<() => void> = []
let isArmed = false

const arm = () => {
  if (isArmed || waiting.length === 0) return
  isArmed = true
  inNextRound(() => {
    isArmed = false
    for (const goOn of waiting.splice(0, Math.ceil(waiting.length * share))) goOn()
    arm()
  })
}

/**
 * Lets what others do by now go first, for a round of the event loop or a few: of all who wait here, the first one goes on in each
 * round, or the first few where many wait. What it then does at once should be short.
 */
export const afterOthers: Effect.Effect<void> = Effect.async((resume) => {
  const goOn = () => resume(Effect.void)
  waiting.push(goOn)
  arm()
  return Effect.sync(() => {
    const at = waiting.indexOf(goOn)
    if (at >= 0) waiting.splice(at, 1)
  })
})
