import { Duration, Effect } from "effect"
import type { WebSocket } from "ws"
import { Alarms } from "../supervision/Alarms.ts"
import type { CallOff } from "../supervision/Alarms.ts"
import * as Bell from "../supervision/Bell.ts"
import type * as Inbox from "./Inbox.ts"

/**
 * A client that says nothing is only greeted for this long. Who closes a page again at once, or connects in a crowd after a
 * restart, then costs no engine anything, and delays no other one's greeting.
 */
const patience = Duration.millis(20)

/** A client that has just connected. */
export interface Newcomer<R> {
  readonly socket: WebSocket
  readonly inbox: Inbox.Inbox
  /** Whether it waits if it says nothing. */
  readonly isPatient: boolean
  /** It has left before it was served. */
  readonly left: () => void
  /** Sends what every client is sent, and answers how to begin to serve it. */
  readonly greet: Effect.Effect<() => void, never, R>
}

/**
 * Greets each client at once, and begins to serve it when it has said something or has stayed for 20 ms; one that is not
 * patient at once.
 */
export interface Reception<R> {
  readonly receive: (newcomer: Newcomer<R>) => void
}

/**
 * One fiber greets them all: most pages that are closed at once never get one of their own. Who waits for it has come
 * in this round of the event loop, so it needs no limit.
 */
export const make = Effect.fnUntraced(function* <R>() {
  const alarms = yield* Alarms
  const bell = Bell.make()
  const waiting: Array<Newcomer<R>> = []

  const greet = ({ greet, inbox, isPatient, left, socket }: Newcomer<R>) => {
    if (socket.readyState !== socket.OPEN) return Effect.void
    return greet.pipe(
      Effect.map((begin) => {
        let hasBegun = false
        let callOff: CallOff | undefined
        const seat = () => {
          if (hasBegun) return
          hasBegun = true
          callOff?.()
          socket.off("message", seat).off("close", seat)
          // One that is closing may take long for that.
          if (socket.readyState !== socket.OPEN) return left()
          begin()
        }
        if (!isPatient || !inbox.isEmpty()) return seat()
        socket.once("message", seat).once("close", seat)
        callOff = alarms.after(Duration.toMillis(patience), seat)
      }),
      Effect.catchAllDefect((defect) => {
        socket.close(1011, "")
        return Effect.logError("greeting a client died", defect)
      })
    )
  }
  yield* Effect.forkScoped(Effect.forever(Effect.flatMap(Bell.shift(bell, waiting), greet)))

  const reception: Reception<R> = {
    receive: (newcomer) => {
      waiting.push(newcomer)
      bell.ring()
    }
  }
  return reception
})
