import * as http from "node:http"
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

/** An upload that begins and does not go on, until the scope closes. `status`: that of its answer, once the connection has closed. */
export const begin = Effect.gen(function* () {
  const { url } = yield* HttpServer
  const { changed, until } = Watch.make()
  const seen = { status: 0, closed: false }
  yield* Effect.acquireRelease(
    Effect.sync(() => {
      const request = http.request(`${url}/asr`, {
        method: "POST",
        // A client that would keep the connection.
        agent: new http.Agent({ keepAlive: true }),
        headers: { "Content-Type": "multipart/form-data; boundary=x", "Content-Length": 1000 }
      })
      request.on("error", () => {})
      request.on("response", (response) => {
        seen.status = response.statusCode!
        changed()
        response.resume()
      })
      request.on("socket", (socket) =>
        socket.on("close", () => {
          seen.closed = true
          changed()
        })
      )
      request.write("--x\r\n")
      return request
    }),
    (request) => Effect.sync(() => request.destroy())
  )
  return { status: until(() => (seen.closed ? seen.status : undefined)) }
})
