import { Effect, Queue } from "effect"
import type { Scope } from "effect"
import type { WebSocket } from "ws"
import type { TurnToken } from "../conversation/Client.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import { Census } from "../telemetry/Census.ts"
import { EdgeLimits } from "./EdgeLimits.ts"

/** Below this many bytes in the socket's own buffer, the next message need not wait for the one before to leave. */
const light = 32 * 1024

export interface Outbox {
  /** Waits while the outbox is full. See `Client.send`. */
  readonly send: (message: ServerMessage.ServerMessage, turn?: TurnToken) => Effect.Effect<void>
  /** Since when (Clock, ms) the message that is being written has been leaving; undefined if none is. */
  readonly leavingSince: () => number | undefined
}

/**
 * Sends messages in order. Once 32 kB wait in the socket's own buffer, the next message goes only when the one before
 * has left, so that what waits is bounded by the queue. When the queue is full, senders wait; a client that does not
 * read is closed by the watchdog.
 */
export const make: (socket: WebSocket) => Effect.Effect<Outbox, never, Scope.Scope | Census> =
  Effect.fnUntraced(function* (socket: WebSocket) {
    const limits = yield* EdgeLimits
    const census = yield* Census
    const queue = yield* Queue.bounded<{
      readonly message: ServerMessage.ServerMessage
      readonly turn?: TurnToken
    }>(limits.outbox)
    let since: number | undefined

    const write = (frame: string) =>
      Effect.clockWith((clock) => {
        let left: (() => void) | undefined
        socket.send(frame, () => left?.())
        if (socket.bufferedAmount < light) return Effect.void
        since = clock.unsafeCurrentTimeMillis()
        return Effect.async<void>((resume) => {
          left = () => {
            since = undefined
            resume(Effect.void)
          }
        })
      })

    yield* Queue.take(queue).pipe(
      Effect.flatMap(({ message, turn }) =>
        turn?.stopped === true ? Effect.void : write(ServerMessage.encode(message))
      ),
      Effect.forever,
      census.track("outbox"),
      Effect.forkScoped
    )

    return {
      leavingSince: () => since,
      send: (message, turn) =>
        Effect.asVoid(Queue.offer(queue, turn === undefined ? { message } : { message, turn }))
    }
  })
