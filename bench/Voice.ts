import { WebSocket } from "ws"
import { within } from "./Bounded.ts"
import * as Wav from "../src/audio/Wav.ts"

interface Answer {
  readonly status: "partial" | "complete" | "error"
  readonly audioPath?: string
  readonly message?: string
}

/** Has the server's voice speak, without a session: see `/tts-ws`. */
export interface Voice {
  /** Speaks a text and answers how many seconds of sound came of it, and how long it took, in ms. */
  readonly speak: (text: string) => Promise<{ readonly seconds: number; readonly ms: number }>
  readonly close: () => void
}

export const open = async (url: string): Promise<Voice> => {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/tts-ws`, { perMessageDeflate: false })
  socket.on("error", () => {})
  await within(10_000, "connecting", new Promise((resolve) => socket.once("open", resolve)))
  return {
    speak: async (text) => {
      const start = performance.now()
      const paths = await within(60_000, "speaking", said(socket, text))
      const ms = performance.now() - start
      const clips = await Promise.all(paths.map((path) => seconds(`${url}${path}`)))
      return { seconds: clips.reduce((sum, clip) => sum + clip, 0), ms }
    },
    close: () => socket.close()
  }
}

const said = (socket: WebSocket, text: string) =>
  new Promise<ReadonlyArray<string>>((resolve, reject) => {
    const paths: Array<string> = []
    const done = () => socket.off("message", hear).off("close", lost)
    const lost = () => reject(new Error("the connection closed"))
    const hear = (data: unknown) => {
      const answer = JSON.parse(String(data)) as Answer
      if (answer.audioPath !== undefined) paths.push(answer.audioPath)
      if (answer.status === "partial") return
      done()
      if (answer.status === "complete") resolve(paths)
      else reject(new Error(answer.message))
    }
    socket.on("message", hear).once("close", lost)
    socket.send(JSON.stringify({ text }))
  })

const seconds = async (url: string): Promise<number> => {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) })
  const sound = Wav.measure(Buffer.from(await response.arrayBuffer()))
  if (sound === undefined) throw new Error("what was spoken is no WAV file")
  return sound.seconds
}
