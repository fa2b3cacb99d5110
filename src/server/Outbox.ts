import { Effect } from "effect"
import type { Clock } from "effect"
import type { WebSocket } from "ws"
import type { TurnToken } from "../conversation/Client.ts"
import type * as Bundle from "./Bundle.ts"
import type { EdgeLimits } from "./EdgeLimits.ts"

/** Below this many bytes in the socket's own buffer, the next message need not wait for the one before to leave. */
const light = 32 * 1024

export interface Outbox<Message> {
  /** Waits while the outbox is full. See `Client.send`. */
  readonly send: (message: Message, turn?: TurnToken) => Effect.Effect<void>
  /** The same for whoever cannot wait: false if the outbox is full, and then nothing is sent. */
  readonly offer: (message: Message, turn?: TurnToken) => boolean
  readonly hasRoom: () => boolean
  /** `told` runs whenever the outbox has been full and has room again. */
  readonly onRoom: (told: () => void) => void
  /** Since when (Clock, ms) the message that is being written has been leaving; undefined if none is. */
  readonly leavingSince: () => number | undefined
}

interface Queued {
  readonly frame: Frame
  readonly turn: TurnToken | undefined
}

/** One text frame: as text, or as its bytes in UTF-8. */
type Frame = string | Buffer

interface Places {
  readonly socket: WebSocket
  readonly bundle: Bundle.Bundle
  readonly clock: Clock.Clock
  readonly limits: Pick<EdgeLimits["Type"], "outbox">
}

/** What `ws` would otherwise take bytes for is a binary frame. */
const asText = { binary: false }

/**
 * Sends messages in order. Once 32 kB wait in the socket's own buffer, the next message goes only when the one before
 * has left, so that what waits is bounded by the queue. When the queue is full, senders wait; a client that does not
 * read is closed by the watchdog.
 */
export const make = <Message>(
  { bundle, clock, limits, socket }: Places,
  encode: (message: Message) => Frame
): Outbox<Message> => {
  const queue: Array<Queued> = []
  /** Senders that wait for room, oldest first: each puts its message into the queue. */
  const waiting = new Set<() => void>()
  let since: number | undefined
  const leavingSince = () => since
  let told: (() => void) | undefined

  const write = (frame: Frame) => {
    let leaves: (() => void) | undefined
    bundle()
    socket.send(frame, asText, () => leaves?.())
    if (socket.bufferedAmount < light) return
    since = clock.unsafeCurrentTimeMillis()
    leaves = drain
  }

  const drain = () => {
    since = undefined
    while (queue.length > 0) {
      const wasFull = queue.length >= limits.outbox
      const { frame, turn } = queue.shift()!
      const [enter] = waiting
      enter?.()
      if (wasFull) told?.()
      if (turn?.stopped !== true) write(frame)
      if (leavingSince() !== undefined) return
    }
  }

  const hasRoom = () => since === undefined || queue.length < limits.outbox

  const offer: Outbox<Message>["offer"] = (message, turn) => {
    if (turn?.stopped === true) return true
    if (since === undefined) {
      write(encode(message))
      return true
    }
    if (!hasRoom()) return false
    queue.push({ frame: encode(message), turn })
    return true
  }

  const send: Outbox<Message>["send"] = (message, turn) =>
    Effect.suspend(() => {
      if (offer(message, turn)) return Effect.void
      const queued = { frame: encode(message), turn }
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

  return { send, offer, hasRoom, leavingSince, onRoom: (listener) => void (told = listener) }
}
