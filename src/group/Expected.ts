import { Effect } from "effect"
import * as Bell from "../supervision/Bell.ts"

/**
 * Clients that have been greeted and have no session yet: others know of them by now. They come within milliseconds, or
 * leave.
 */
export interface Expected {
  readonly add: (uid: string) => void
  /** It has come, or has left. */
  readonly remove: (uid: string) => void
  /** Waits until that client is not expected any more, a second at most. */
  readonly settled: (uid: string) => Effect.Effect<void>
}

/** Whoever waits does nothing else meanwhile. */
const patience = "1 second"

export const make = (): Expected => {
  const uids = new Set<string>()
  const bell = Bell.make()
  return {
    add: (uid) => void uids.add(uid),
    remove: (uid) => {
      if (uids.delete(uid)) bell.ring()
    },
    settled: (uid) =>
      Effect.suspend(() =>
        uids.has(uid)
          ? Effect.asVoid(
              Effect.timeoutOption(
                bell.until(() => !uids.has(uid)),
                patience
              )
            )
          : Effect.void
      )
  }
}
