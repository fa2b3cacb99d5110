import { HttpServer } from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import * as http from "node:http"
import * as StaticFiles from "../../src/server/StaticFiles.ts"

/** Serves the files of a folder, and the page, for as long as the scope is open; answers the port. */
export const start = Effect.fnUntraced(function* (root: string) {
  const context = yield* Layer.build(
    HttpServer.serve(StaticFiles.router({ folder: root, language: "auto" })).pipe(
      Layer.provideMerge(NodeHttpServer.layer(http.createServer, { port: 0, host: "127.0.0.1" }))
    )
  )
  const { address } = yield* Effect.provide(HttpServer.HttpServer, context)
  if (address._tag !== "TcpAddress") return yield* Effect.dieMessage("no port")
  return address.port
})

export interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
  readonly bytes: Buffer
}

/** Asks for a path exactly as it is written. */
export const ask = (port: number, path: string, options: http.RequestOptions = {}) =>
  Effect.async<Answer>((resume) => {
    const request = http.request({ host: "127.0.0.1", port, path, agent: false, ...options }, (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("end", () => {
        const bytes = Buffer.concat(chunks)
        const { headers, statusCode } = response
        resume(Effect.succeed({ status: statusCode!, headers, bytes, body: bytes.toString() }))
      })
    })
    request.on("error", (error) => resume(Effect.die(error)))
    request.end()
  })
