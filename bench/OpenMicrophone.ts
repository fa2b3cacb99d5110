import type { WebSocket } from "ws"
import * as Client from "./Client.ts"
import * as Sound from "./Sound.ts"

/** A client with an open microphone (`raw-audio-data`). */
export interface OpenMicrophone {
  /** Sends as fast as the server listens; done when all but the last four seconds have been listened to. */
  readonly send: (frames: ReadonlyArray<Buffer>) => Promise<void>
  readonly close: () => Promise<void>
}

const heartbeat = JSON.stringify({ type: "heartbeat" })
const listened = 300_000

/** `onFrame` gets every frame. What is sent are binary frames, which cost the client least. */
export const open = async (
  url: string,
  onFrame: (frame: Buffer, socket: WebSocket) => void = () => {}
): Promise<OpenMicrophone> => {
  const socket = await Client.ready(url, onFrame)
  await use(socket, "raw-audio-data")
  const send = async (frames: ReadonlyArray<Buffer>) => {
    await Client.sendAll(socket, frames)
    const answered = Client.next(socket, [Client.head.heartbeat], listened)
    socket.send(heartbeat)
    await answered
  }
  return {
    send,
    close: async () => {
      const gone = Client.closed(socket)
      socket.close()
      await gone
    }
  }
}

/** Says what binary frames are from now on; to the bare server too. */
export const use = async (socket: WebSocket, type: "mic-audio-data" | "raw-audio-data"): Promise<void> => {
  const agreed = Client.next(socket, [Client.head.extensions, Client.head.useExtensions])
  socket.send(JSON.stringify({ type: "use-extensions", binary_audio: type }))
  await agreed
}

/** The line of the server's ear is full of it: from then on as much is listened to as is sent. */
export const lineful = Sound.asBinary(Sound.softNoise(6 * Sound.sampleRate))
