import { Duration, Effect } from "effect"
import * as Bell from "../supervision/Bell.ts"
import * as Late from "../supervision/Late.ts"
import type * as Inbox from "./Inbox.ts"

/**
 * A client that says nothing is only greeted for as long. Who closes a page again at once, or connects in a crowd after a
 * restart, then costs no engine anything, and delays no other one's greeting.
 */
const patience = Duration.millis(20)

/** A client that has just connected. */
export interface Newcomer<R> {
  readonly inbox: Inbox.Inbox
  /** Sends what every client is sent, and answers how to begin to serve it. */
  readonly greet: Effect.Effect<() => void, never, R>
  /** The greeting has died: the connection is to be closed. */
  readonly turnAway: () => void
}

/** Greets each client at once, and begins to serve it when it has said something or has stayed for 20 ms. */
export interface Reception<R> {
  readonly receive: (newcomer: Newcomer<R>) => void
}

/**
 * One fiber greets them all: most pages that are closed at once never get one of their own. Who waits for it has come
 * in this round of the event loop, so it needs no limit.
 */
export const make = Effect.fnUntraced(function* <R>() {
  const late = yield* Late.make(patience, yield* Effect.scope)
  const bell = Bell.make()
  const waiting: Array<Newcomer<R>> = []

  const greet = ({ greet, inbox, turnAway }: Newcomer<R>) =>
    greet.pipe(
      Effect.map((begin) => inbox.arrived(late, begin)),
      Effect.catchAllDefect((defect) =>
        Effect.zipRight(Effect.logError("greeting a client died", defect), Effect.sync(turnAway))
      )
    )
  const next = Effect.suspend(() => {
    const newcomer = waiting.shift()
    return newcomer === undefined ? bell.until(() => waiting.length > 0) : greet(newcomer)
  })
  yield* Effect.forkScoped(Effect.forever(next))

  const reception: Reception<R> = {
    receive: (newcomer) => {
      waiting.push(newcomer)
      bell.ring()
    }
  }
  return reception
})
