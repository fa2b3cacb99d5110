import { createServer } from "node:net"
import type { AddressInfo, Socket } from "node:net"
import { Effect } from "effect"
import type { Scope } from "effect"
import { Unanswered } from "../../src/engine/RemoteFailure.ts"
import * as Frame from "../../src/wyoming/Frame.ts"
import * as Watch from "./Watch.ts"

/** One connection as the server sees it. */
export interface Connection {
  /** What has come, in its order. */
  readonly received: Array<Frame.Frame>
  readonly socket: Socket
  /** Whether the other side has cut it. */
  gone: boolean
  readonly send: (type: string, data?: Frame.Frame["data"], payload?: Uint8Array) => void
}

export interface WyomingServer {
  readonly uri: string
  readonly connections: Array<Connection>
  readonly until: Watch.Watch["until"]
  /** Those that are open. */
  readonly open: () => number
  /** Cuts all connections, as a death does. */
  readonly cut: () => void
}

/** What a server says that it has. */
export interface Stock {
  readonly models?: ReadonlyArray<string>
  readonly voices?: ReadonlyArray<string>
  /** Whether it says what it hears while one speaks. */
  readonly streams?: boolean
}

const attribution = { name: "Nobody", url: "https://example.org" }
const artifact = (name: string) => ({ name, attribution, installed: true, description: null, version: null })

/** As the protocol's own library writes it. */
const infoOf = ({ models = [], streams = false, voices = [] }: Stock) => ({
  asr:
    models.length === 0
      ? []
      : [
          {
            ...artifact("ears"),
            models: models.map((name) => ({ ...artifact(name), languages: ["en"] })),
            supports_transcript_streaming: streams
          }
        ],
  tts:
    voices.length === 0
      ? []
      : [
          {
            ...artifact("mouth"),
            voices: voices.map((name) => ({ ...artifact(name), languages: ["en"], speakers: null }))
          }
        ],
  handle: [],
  intent: []
})

/** A server of the protocol on this machine, for the scope. `handle` is given each frame but `describe`. */
export const serve = (
  stock: Stock,
  handle: (frame: Frame.Frame, connection: Connection) => void
): Effect.Effect<WyomingServer, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { changed, until } = Watch.make()
    const connections: Array<Connection> = []
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      const decoder = Frame.decoder()
      const connection: Connection = {
        received: [],
        socket,
        gone: false,
        send: (type, data = {}, payload = new Uint8Array(0)) =>
          void socket.write(Frame.encode({ type, data, payload }))
      }
      connections.push(connection)
      socket.on("error", () => {})
      socket.on("end", () => socket.end())
      socket.on("close", () => {
        connection.gone = true
        changed()
      })
      socket.on("data", (bytes) => {
        decoder.push(bytes)
        for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
          if (frame instanceof Unanswered) return void socket.destroy()
          if (frame.type === "describe") connection.send("info", infoOf(stock))
          else {
            connection.received.push(frame)
            handle(frame, connection)
          }
        }
        changed()
      })
    })
    const cut = () => {
      for (const { socket } of connections) socket.destroy()
    }
    yield* Effect.acquireRelease(
      Effect.async<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
      () =>
        Effect.sync(() => {
          cut()
          server.close()
        })
    )
    const { port } = server.address() as AddressInfo
    return {
      uri: `tcp://127.0.0.1:${port}`,
      connections,
      until,
      open: () => connections.filter(({ gone }) => !gone).length,
      cut
    }
  })

/** The connections that were for more than to ask what there is. */
export const asked = ({ connections }: WyomingServer) =>
  connections.filter(({ received }) => received.length > 0)

/** The sound of a request, as 16-bit samples. */
export const soundOf = ({ received }: Connection): Int16Array => {
  const bytes = Buffer.concat(
    received.filter(({ type }) => type === "audio-chunk").map(({ payload }) => payload)
  )
  return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
}
