import { WebSocket } from "ws"
import { within } from "./Bounded.ts"

/** Beginnings of frames. Most frames are told by these alone: reading whole ones would cost more than the server does. */
export const head = {
  startMic: Buffer.from('{"type":"control","text":"start-mic"'),
  turnEnd: Buffer.from('{"type":"control","text":"conversation-chain-end"'),
  sound: Buffer.from('{"type":"audio","audio":"'),
  synthesised: Buffer.from('{"type":"backend-synth-complete"'),
  error: Buffer.from('{"type":"error"')
}

export const startsWith = (frame: Buffer, beginning: Buffer): boolean =>
  frame.length >= beginning.length && beginning.compare(frame, 0, beginning.length) === 0

/** Connects to a server of either kind. `onFrame` gets every frame. */
export const open = (url: string, onFrame: (frame: Buffer, socket: WebSocket) => void): WebSocket => {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/client-ws`, {
    perMessageDeflate: false,
    skipUTF8Validation: true,
    handshakeTimeout: 10_000
  })
  // Every error closes the socket too, and that is what is waited for.
  socket.on("error", () => {})
  socket.on("message", (data) => onFrame(data as Buffer, socket))
  return socket
}

/** Resolves when the socket has closed. */
export const closed = (socket: WebSocket): Promise<void> =>
  within(20_000, "closing a connection", new Promise((resolve) => socket.once("close", () => resolve())))

/** A client that has its opening sequence and is left alone. Fails if the connection closes before. */
export const ready = (url: string, onFrame: (frame: Buffer, socket: WebSocket) => void = () => {}) =>
  within(
    20_000,
    "the opening sequence",
    new Promise<WebSocket>((resolve, reject) => {
      const socket = open(url, (frame) => {
        if (startsWith(frame, head.startMic)) resolve(socket)
        onFrame(frame, socket)
      })
      socket.once("close", () => reject(new Error("the connection closed during the opening sequence")))
    })
  )

/** The frames that a server sends to a new client, up to `start-mic`. */
export const openingSequence = async (url: string): Promise<ReadonlyArray<string>> => {
  const frames: Array<string> = []
  const socket = await ready(url, (frame) => frames.push(frame.toString("utf8")))
  socket.close()
  await closed(socket)
  return frames
}
