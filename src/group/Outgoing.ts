import { Deferred, Effect } from "effect"
import type { Context, Scope } from "effect"
import type { Client, TurnToken } from "../conversation/Client.ts"
import type * as ServerMessage from "../protocol/ServerMessage.ts"

/** Messages that wait for a client which doesn't take them, before it has to leave the group. */
export const mostWaiting = 64

/** What a group sends to one of its members, in order. Nobody waits for a client but the turn of its own character. */
export interface Outgoing {
  /** Puts a message in line. Never waits. */
  readonly post: (message: ServerMessage.Outgoing, turn?: TurnToken) => Effect.Effect<void>
  /** The same, and waits until the client's outbox has taken it. */
  readonly deliver: (message: ServerMessage.Outgoing, turn?: TurnToken) => Effect.Effect<void>
  /** Waits until the client's outbox has taken what is in line now. */
  readonly flush: Effect.Effect<void>
}

interface Waiting {
  readonly message: ServerMessage.Outgoing
  readonly turn: TurnToken | undefined
  /** Told when it has been taken. */
  readonly taken: Array<() => void>
}

/**
 * The line empties in a fiber of `scope`, the session's, which lives as long as something waits. `onStuck` runs once each
 * time the line has become too long, and again with each further half of that: it may have come back meanwhile. What comes
 * while it is twice as long is dropped, but for the latest `group-update`.
 */
export const make = (
  send: Context.Tag.Service<typeof Client>["send"],
  scope: Scope.Scope,
  onStuck: Effect.Effect<void>
): Outgoing => {
  const line: Array<Waiting> = []
  let empties = false

  /** Answers whether more is waiting: whoever enters next starts the fiber otherwise. */
  const next = Effect.suspend(() => {
    const { message, taken, turn } = line[0]!
    return Effect.map(send(message, turn), () => {
      line.shift()
      for (const tell of taken) tell()
      empties = line.length > 0
      return empties
    })
  })
  // It is often begun where nothing can be interrupted, which would go for the fiber, too.
  const emptied = Effect.interruptible(Effect.repeat(next, { while: (more) => more }))

  /** The latest one takes the place of the one before: the client knows in the end what group it is in. */
  const supersede = (waiting: Waiting) => {
    // The first message is with the outbox by now.
    const last = line.findLastIndex(({ message }, index) => index > 0 && message.type === "group-update")
    for (const before of last === -1 ? [] : line.splice(last, 1)) for (const tell of before.taken) tell()
    line.push(waiting)
  }

  const enter = (waiting: Waiting): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (line.length >= 2 * mostWaiting) {
        if (waiting.message.type === "group-update") supersede(waiting)
        else for (const tell of waiting.taken) tell()
        return Effect.asVoid(Effect.forkIn(onStuck, scope))
      }
      line.push(waiting)
      if (line.length > mostWaiting && (line.length - mostWaiting) % (mostWaiting / 2) === 1)
        return Effect.asVoid(Effect.forkIn(onStuck, scope))
      if (empties) return Effect.void
      empties = true
      return Effect.asVoid(Effect.forkIn(emptied, scope))
    })

  return {
    post: (message, turn) => enter({ message, turn, taken: [] }),
    deliver: (message, turn) =>
      Effect.flatMap(Deferred.make<void>(), (taken) =>
        Effect.zipRight(
          enter({ message, turn, taken: [() => Deferred.unsafeDone(taken, Effect.void)] }),
          Deferred.await(taken)
        )
      ),
    flush: Effect.flatMap(Deferred.make<void>(), (taken) => {
      const last = line.at(-1)
      if (last === undefined) return Effect.void
      last.taken.push(() => Deferred.unsafeDone(taken, Effect.void))
      return Deferred.await(taken)
    })
  }
}
