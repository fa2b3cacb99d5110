import * as Http from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { Effect } from "effect"
import { WebSocketServer } from "ws"
import type { WebSocket } from "ws"
import { Arrivals } from "./Arrivals.ts"

/** One stream to the server. */
export interface Stream {
  readonly url: URL
  readonly headers: Http.IncomingHttpHeaders
  /** Types of the messages about the sound. */
  readonly told: Arrivals<string>
  /** Bytes of sound that have come. */
  readonly sound: Arrivals<Buffer>
  readonly closed: Promise<void>
  readonly send: (message: object | string) => void
  readonly socket: WebSocket
  /** What lies below. */
  readonly wire: Socket
}

export interface Refusal {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Script {
  /** Whether the stream is refused; `index` counts those that were asked for. */
  readonly refuse?: (index: number) => Refusal | undefined
  /** Another piece of sound has come. */
  readonly onSound?: (stream: Stream) => void
  readonly onClose?: (stream: Stream) => void
  /** Whether whole utterances are refused. */
  readonly refuseWhole?: () => Refusal | undefined
  /** What is understood of whole utterances. */
  readonly whole?: string
}

/** Settles when the client has read all that it was sent. */
export const read = ({ socket }: Stream): Promise<void> =>
  new Promise((resolve) => {
    socket.once("pong", () => resolve())
    socket.ping()
  })

/** A message with a part of the transcript. */
export const results = (transcript: string, is_final: boolean) => ({
  type: "Results",
  channel_index: [0, 1],
  duration: 1,
  start: 0,
  is_final,
  speech_final: is_final,
  channel: { alternatives: [{ transcript, confidence: 0.9, words: [] }] }
})

export const metadata = { type: "Metadata", request_id: "r", sha256: "s", duration: 1, channels: 1 }

/** Deepgram's streams on a free port of 127.0.0.1, as its API reference has them; closes with the scope. */
export const open = ({ onClose, onSound, refuse, refuseWhole, whole = "" }: Script) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const streams = new Arrivals<Stream>()
      const asked = new Arrivals<string>()
      const server = Http.createServer((request, response) => {
        asked.push(`POST ${request.url ?? ""}`)
        const refusal = refuseWhole?.()
        if (refusal !== undefined) {
          request.resume()
          response.writeHead(refusal.status, refusal.headers)
          return void response.end(refusal.body)
        }
        const channels = [{ alternatives: [{ transcript: whole, confidence: 0.9, words: [] }] }]
        request.resume().on("end", () => response.end(JSON.stringify({ results: { channels } })))
      })
      const sockets = new WebSocketServer({ noServer: true })
      server.on("upgrade", (request, wire: Socket, head) => {
        const index = asked.push(request.url ?? "") - 1
        const refusal = refuse?.(index)
        if (refusal !== undefined) {
          const { body = "", headers = {}, status } = refusal
          const lines = Object.entries({ ...headers, "Content-Length": Buffer.byteLength(body) })
          const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")
          return void wire.end(`HTTP/1.1 ${status} No\r\n${head}Connection: close\r\n\r\n${body}`)
        }
        sockets.handleUpgrade(request, wire, head, (socket) => {
          const stream: Stream = {
            url: new URL(request.url ?? "", "http://localhost"),
            headers: request.headers,
            told: new Arrivals(),
            sound: new Arrivals(),
            closed: new Promise((resolve) => socket.on("close", () => resolve())),
            send: (message) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
            socket,
            wire
          }
          streams.push(stream)
          socket.on("message", (data: Buffer, isBinary) => {
            if (isBinary) {
              stream.sound.push(data)
              onSound?.(stream)
              return
            }
            const { type } = JSON.parse(String(data)) as { readonly type: string }
            stream.told.push(type)
            if (type === "CloseStream") onClose?.(stream)
          })
        })
      })
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      return { server, sockets, open: { url, asked, streams } }
    }),
    ({ server, sockets }) =>
      Effect.sync(() => {
        for (const client of sockets.clients) client.terminate()
        server.close()
        server.closeAllConnections()
      })
  ).pipe(Effect.map(({ open }) => open))
