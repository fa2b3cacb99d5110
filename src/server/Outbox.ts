import { Context, Deferred, Effect, Queue } from "effect"
import type { Duration, Scope } from "effect"
import type { WebSocket } from "ws"
import type { TurnToken } from "../conversation/Client.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import { Census } from "../telemetry/Census.ts"

/** Limits of one connection. */
export class EdgeLimits extends Context.Reference<EdgeLimits>()("seiyuu/server/EdgeLimits", {
  defaultValue: () => ({
    /** Messages that wait for a client before whoever sends has to wait too. */
    outbox: 64,
    /** How long one message may take to leave for the client's side. */
    writeTime: "30 seconds" as Duration.DurationInput,
    /** How often a client is pinged; one that has not answered by the next time is dropped. */
    pingInterval: "20 seconds" as Duration.DurationInput
  })
}) {}

export interface Outbox {
  /** Waits while the outbox is full. See `Client.send`. */
  readonly send: (message: ServerMessage.ServerMessage, turn?: TurnToken) => Effect.Effect<void>
  /** Done when the client has stopped reading. */
  readonly stalled: Deferred.Deferred<void>
}

/**
 * Sends messages one at a time, each only when the one before has left, so that what waits is bounded by the queue
 * and never piles up in the socket. When the queue is full, senders wait; when a message does not leave in time, the
 * client does not read: the connection is closed with code 1013.
 */
export const make = Effect.fn("Outbox.make")(function* (socket: WebSocket) {
  const limits = yield* EdgeLimits
  const census = yield* Census
  const queue = yield* Queue.bounded<{ readonly message: ServerMessage.ServerMessage; readonly turn?: TurnToken }>(
    limits.outbox
  )
  const stalled = yield* Deferred.make<void>()

  const write = (frame: string) =>
    Effect.async<void>((resume) => {
      socket.send(frame, () => resume(Effect.void))
    }).pipe(
      Effect.timeoutTo({ duration: limits.writeTime, onSuccess: () => true, onTimeout: () => false }),
      Effect.flatMap((sent) => (sent ? Effect.void : Effect.zipRight(drop, Effect.never)))
    )

  const drop = Effect.suspend(() => {
    socket.close(1013, "the client does not read")
    return Effect.zipRight(
      Effect.logInfo("closed a client that does not read"),
      Deferred.succeed(stalled, undefined)
    )
  })

  yield* Queue.take(queue).pipe(
    Effect.flatMap(({ message, turn }) =>
      turn?.stopped === true ? Effect.void : write(ServerMessage.encode(message))
    ),
    Effect.forever,
    census.track("outbox"),
    Effect.forkScoped
  )

  const outbox: Outbox = {
    stalled,
    send: (message, turn) => Effect.asVoid(Queue.offer(queue, turn === undefined ? { message } : { message, turn }))
  }
  return outbox
}) satisfies (socket: WebSocket) => Effect.Effect<Outbox, never, Scope.Scope | Census>
