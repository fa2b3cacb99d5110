import { setTimeout as sleep } from "node:timers/promises"

/** Fails if `work` is not done after `ms`. */
export const within = async <A>(ms: number, what: string, work: Promise<A>): Promise<A> => {
  const stop = new AbortController()
  const limit = sleep(ms, undefined, { signal: stop.signal }).then(
    () => {
      throw new Error(`${what} took longer than ${ms} ms`)
    },
    () => new Promise<never>(() => {})
  )
  try {
    return await Promise.race([work, limit])
  } finally {
    stop.abort()
  }
}

/** Runs `task` for 0 to `count` - 1, `width` at a time. */
export const pool = async (
  count: number,
  width: number,
  task: (index: number) => Promise<void>
): Promise<void> => {
  let next = 0
  const lane = async () => {
    while (next < count) await task(next++)
  }
  await Promise.all(Array.from({ length: Math.min(width, count) }, lane))
}

/** Asks every 50 ms until `is` says yes, at most for `ms`; answers whether it did. */
export const until = async (ms: number, is: () => Promise<boolean>): Promise<boolean> => {
  const end = performance.now() + ms
  for (;;) {
    if (await is()) return true
    if (performance.now() > end) return false
    await sleep(50)
  }
}
