import { Effect, Mailbox } from "effect"
import type { RawData, WebSocket } from "ws"

/** From here on the socket is paused: the client's own side then holds what it sends. */
const limit = { frames: 64, bytes: 1024 * 1024 }

/** One frame as it came: text, or the bytes of a binary one. */
export type Frame = string | Buffer

/**
 * Frames in the order in which they came. When the inbox is full the socket is paused, and no frame is ever
 * dropped; beyond the limit it can only grow by what one read of the socket had brought already.
 */
export const make = (socket: WebSocket): Effect.Effect<{ readonly take: Effect.Effect<Frame> }> =>
  Effect.map(Mailbox.make<{ readonly frame: Frame; readonly bytes: number }>(), (mailbox) => {
    let frames = 0
    let bytes = 0
    const isFull = () => frames >= limit.frames || bytes >= limit.bytes

    socket.on("message", (data: RawData, isBinary: boolean) => {
      const size = (data as Buffer).byteLength
      frames++
      bytes += size
      mailbox.unsafeOffer({
        frame: isBinary ? (data as Buffer) : (data as Buffer).toString("utf8"),
        bytes: size
      })
      if (isFull()) socket.pause()
    })

    const take = Effect.map(Effect.orDie(mailbox.take), ({ bytes: size, frame }) => {
      frames--
      bytes -= size
      if (socket.isPaused && !isFull()) socket.resume()
      return frame
    })
    return { take }
  })
