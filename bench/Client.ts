import { WebSocket } from "ws"
import { within } from "./Bounded.ts"

/** Beginnings of frames. Most frames are told by these alone: reading whole ones would cost more than the server does. */
export const head = {
  startMic: Buffer.from('{"type":"control","text":"start-mic"'),
  turnEnd: Buffer.from('{"type":"control","text":"conversation-chain-end"'),
  speechStart: Buffer.from('{"type":"control","text":"interrupt"'),
  speechEnd: Buffer.from('{"type":"control","text":"mic-audio-end"'),
  sound: Buffer.from('{"type":"audio","audio":"'),
  synthesised: Buffer.from('{"type":"backend-synth-complete"'),
  error: Buffer.from('{"type":"error"'),
  /** What comes back of them, from the bare server, is they themselves. */
  utteranceEnd: Buffer.from('{"type":"mic-audio-end"'),
  useExtensions: Buffer.from('{"type":"use-extensions"'),
  transcript: Buffer.from('{"type":"user-input-transcription"'),
  heartbeat: Buffer.from('{"type":"heartbeat-ack"'),
  extensions: Buffer.from('{"type":"extensions-in-use"')
}

export const startsWith = (frame: Buffer, beginning: Buffer): boolean =>
  frame.length >= beginning.length && beginning.compare(frame, 0, beginning.length) === 0

/** Connects to a server of either kind. `onFrame` gets every frame. */
export const open = (
  url: string,
  onFrame: (frame: Buffer, socket: WebSocket) => void,
  path = "/client-ws"
): WebSocket => {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}${path}`, {
    perMessageDeflate: false,
    skipUTF8Validation: true,
    handshakeTimeout: 10_000
  })
  // Every error closes the socket too, and that is what is waited for.
  socket.on("error", () => {})
  socket.on("message", (data) => onFrame(data as Buffer, socket))
  return socket
}

/** Waits for the next frame that begins in one of these ways. Fails if the connection closes before, or after `ms`. */
export const next = (socket: WebSocket, beginnings: ReadonlyArray<Buffer>, ms = 60_000): Promise<void> => {
  let stop = () => {}
  const found = new Promise<void>((resolve, reject) => {
    const look = (frame: Buffer) => {
      if (beginnings.some((beginning) => startsWith(frame, beginning))) resolve()
    }
    const lost = () => reject(new Error("the connection closed"))
    socket.on("message", look).once("close", lost)
    stop = () => void socket.off("message", look).off("close", lost)
  })
  return within(ms, `waiting for ${beginnings.join(" or ")}`, found).finally(() => stop())
}

/** Sends frames as fast as they leave: what waits to be sent stays small. */
export const sendAll = async (socket: WebSocket, frames: Iterable<string | Buffer>): Promise<void> => {
  for (const frame of frames) {
    if (socket.bufferedAmount < 256 * 1024) socket.send(frame)
    else
      await within(
        60_000,
        "sending",
        new Promise<void>((resolve, reject) => {
          socket.send(frame, (error) => (error === undefined || error === null ? resolve() : reject(error)))
        })
      )
  }
}

/** Resolves when the socket has closed. */
export const closed = (socket: WebSocket): Promise<void> =>
  within(20_000, "closing a connection", new Promise((resolve) => socket.once("close", () => resolve())))

/** A client that has its opening sequence and is left alone. Fails if the connection closes before. */
export const ready = (
  url: string,
  onFrame: (frame: Buffer, socket: WebSocket) => void = () => {},
  path = "/client-ws"
) =>
  within(
    20_000,
    "the opening sequence",
    new Promise<WebSocket>((resolve, reject) => {
      const socket = open(
        url,
        (frame) => {
          if (startsWith(frame, head.startMic)) resolve(socket)
          onFrame(frame, socket)
        },
        path
      )
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
