import type { Effect } from "effect"
import * as Bell from "../supervision/Bell.ts"

/**
 * Clients that have been greeted and have no session yet: others know of them by now. They come within milliseconds, or
 * leave.
 */
export interface Expected {
  readonly add: (uid: string) => void
  /** It has come, or has left. */
  readonly remove: (uid: string) => void
  /** Waits until that client is not expected any more. */
  readonly settled: (uid: string) => Effect.Effect<void>
}

export const make = (): Expected => {
  const uids = new Set<string>()
  const bell = Bell.make()
  return {
    add: (uid) => void uids.add(uid),
    remove: (uid) => {
      if (uids.delete(uid)) bell.ring()
    },
    settled: (uid) => bell.until(() => !uids.has(uid))
  }
}
