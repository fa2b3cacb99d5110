import { Effect } from "effect"
import type { RawData, WebSocket } from "ws"
import * as Bell from "../supervision/Bell.ts"
import { nextRound } from "../supervision/NextRound.ts"

/** From here on the socket is paused: the client's own side then holds what it sends. */
const limit = { frames: 64, bytes: 1024 * 1024 }

/** From this many bytes on, reading a frame takes a while: audio, pictures, long texts. */
const heavy = 4096

/** What took this long in ms, until the next frame was asked for, was no small thing either: the start of a turn. */
const long = 1

/** One frame as it came: text, or the bytes of a binary one. */
export type Frame = string | Buffer

export interface Inbox {
  /** Waits for the next frame. */
  readonly take: Effect.Effect<Frame>
  readonly isEmpty: () => boolean
  /** Nobody takes frames any more: what comes is read and dropped, or the client's word that it closes would be held up. */
  readonly close: () => void
}

/**
 * Frames in the order in which they came. When the inbox is full the socket is paused, and no frame is ever
 * dropped; beyond the limit it can only grow by what one read of the socket had brought already. After a
 * heavy frame, and after one that took long, the event loop goes round before the next one is taken: a client that sends
 * much delays nobody by more than one of its frames.
 */
export const make = (socket: WebSocket): Inbox => {
  const frames: Array<{ readonly frame: Frame; readonly size: number }> = []
  const bell = Bell.make()
  let bytes = 0
  let wasHeavy = false
  /** By the steady clock, in ms. */
  let takenAt = performance.now()
  const isFull = () => frames.length >= limit.frames || bytes >= limit.bytes

  const receive = (data: RawData, isBinary: boolean) => {
    const size = (data as Buffer).byteLength
    bytes += size
    frames.push({ frame: isBinary ? (data as Buffer) : (data as Buffer).toString("utf8"), size })
    if (isFull()) socket.pause()
    bell.ring()
  }
  socket.on("message", receive)

  const next = Effect.map(Bell.shift(bell, frames), ({ frame, size }) => {
    bytes -= size
    wasHeavy = size >= heavy
    takenAt = performance.now()
    if (socket.isPaused && !isFull()) socket.resume()
    return frame
  })
  return {
    take: Effect.suspend(() =>
      frames.length > 0 && (wasHeavy || performance.now() - takenAt >= long)
        ? Effect.zipRight(nextRound, next)
        : next
    ),
    isEmpty: () => frames.length === 0,
    close: () => {
      socket.off("message", receive)
      frames.length = 0
      if (socket.isPaused) socket.resume()
    }
  }
}
