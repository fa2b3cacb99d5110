import { Effect } from "effect"
import type { WebSocket } from "ws"
import type { TurnToken } from "../conversation/Client.ts"
import type * as Bundle from "./Bundle.ts"
import { EdgeLimits } from "./EdgeLimits.ts"

/** Below this many bytes in the socket's own buffer, the next message need not wait for the one before to leave. */
const light = 32 * 1024

export interface Outbox<Message> {
  /** Waits while the outbox is full. See `Client.send`. */
  readonly send: (message: Message, turn?: TurnToken) => Effect.Effect<void>
  /** Since when (Clock, ms) the message that is being written has been leaving; undefined if none is. */
  readonly leavingSince: () => number | undefined
}

interface Queued {
  readonly frame: string
  readonly turn: TurnToken | undefined
}

/**
 * Sends messages in order. Once 32 kB wait in the socket's own buffer, the next message goes only when the one before
 * has left, so that what waits is bounded by the queue. When the queue is full, senders wait; a client that does not
 * read is closed by the watchdog.
 */
export const make = <Message>(
  socket: WebSocket,
  bundle: Bundle.Bundle,
  encode: (message: Message) => string
): Effect.Effect<Outbox<Message>> =>
  Effect.gen(function* () {
    const limits = yield* EdgeLimits
    const clock = yield* Effect.clock
    const queue: Array<Queued> = []
    /** Senders that wait for room, oldest first: each puts its message into the queue. */
    const waiting = new Set<() => void>()
    let since: number | undefined
    const leavingSince = () => since

    const write = (frame: string) => {
      let leaves: (() => void) | undefined
      bundle()
      socket.send(frame, () => leaves?.())
      if (socket.bufferedAmount < light) return
      since = clock.unsafeCurrentTimeMillis()
      leaves = drain
    }

    const drain = () => {
      since = undefined
      while (queue.length > 0) {
        const { frame, turn } = queue.shift()!
        const [enter] = waiting
        enter?.()
        if (turn?.stopped !== true) write(frame)
        if (leavingSince() !== undefined) return
      }
    }

    const send: Outbox<Message>["send"] = (message, turn) =>
      Effect.suspend(() => {
        if (turn?.stopped === true) return Effect.void
        const frame = encode(message)
        if (since === undefined) {
          write(frame)
          return Effect.void
        }
        const queued = { frame, turn }
        if (queue.length < limits.outbox) {
          queue.push(queued)
          return Effect.void
        }
        return Effect.async<void>((resume) => {
          const enter = () => {
            waiting.delete(enter)
            queue.push(queued)
            resume(Effect.void)
          }
          waiting.add(enter)
          return Effect.sync(() => waiting.delete(enter))
        })
      })

    return { send, leavingSince }
  })
