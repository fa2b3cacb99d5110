import { readdirSync } from "node:fs"
import { constants, getPriority, setPriority } from "node:os"

const low = constants.priority.PRIORITY_BELOW_NORMAL

/** A thread may have ended meanwhile, and nobody but the superuser may raise a priority: it stays what it is then. */
const lower = (id: number): void => {
  try {
    if (getPriority(id) < low) setPriority(id, low)
  } catch {
    // It works as well, only not behind the others.
  }
}

/**
 * Called in a thread: from now on the event loop, in another one, goes first when there are not cores enough. Only Linux
 * has priorities of single threads; elsewhere it would be that of the whole process, so nothing is done.
 */
export const lowerThread = (): void => {
  if (process.platform === "linux") lower(0)
}

/**
 * The same for a process with all its threads. On Linux each has a priority of its own, which those that it starts
 * inherit: the pool that native work runs in is there already.
 */
export const lowerProcess = (): void => {
  const threads = process.platform === "linux" ? readdirSync("/proc/self/task").map(Number) : [0]
  for (const thread of threads) lower(thread)
}
