import { connect } from "node:net"
import { Effect } from "effect"
import { HttpServer } from "../../src/server/HttpServer.ts"
import * as Watch from "./Watch.ts"

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: { readonly text?: string; readonly error?: string }
}

/** Interrupting closes the connection. */
export const request = (init: RequestInit, path = "/asr") =>
  Effect.flatMap(HttpServer, ({ url }) =>
    Effect.promise(async (signal): Promise<Answer> => {
      const response = await fetch(`${url}${path}`, { ...init, signal })
      const body = await response.text()
      return {
        status: response.status,
        headers: response.headers,
        body: body.startsWith("{") ? (JSON.parse(body) as Answer["body"]) : {}
      }
    })
  )

export const form = (bytes: Uint8Array, field = "file") => {
  const data = new FormData()
  data.append("note", "a field that nobody asked for")
  data.append(field, new Blob([bytes.slice()]), "../../etc/some name.wav")
  return data
}

/** Uploads a file to `/asr`. */
export const upload = (bytes: Uint8Array, headers: Record<string, string> = {}) =>
  request({ method: "POST", body: form(bytes), headers })

/** An upload that begins and does not go on, until the scope closes. `answer`: in lower case, with its headers, once the connection has closed. */
export const begin = Effect.gen(function* () {
  const { url } = yield* HttpServer
  const { changed, until } = Watch.make()
  const seen = { head: "", closed: false }
  yield* Effect.acquireRelease(
    Effect.sync(() => {
      const { hostname, port } = new URL(url)
      // Node's own HTTP client would close the connection by itself.
      const socket = connect(Number(port), hostname)
      socket.on("error", () => {})
      socket.on("data", (data) => {
        seen.head ||= String(data).toLowerCase()
        changed()
      })
      socket.on("close", () => {
        seen.closed = true
        changed()
      })
      const head = [
        "POST /asr HTTP/1.1",
        `Host: localhost:${port}`,
        "Content-Type: multipart/form-data; boundary=x",
        "Content-Length: 1000"
      ]
      socket.write(`${head.join("\r\n")}\r\n\r\n--x\r\n`)
      return socket
    }),
    (socket) => Effect.sync(() => socket.destroy())
  )
  return { answer: until(() => (seen.closed ? seen.head : undefined)) }
})
