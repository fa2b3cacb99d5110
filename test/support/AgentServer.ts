import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import * as Undici from "@effect/platform-node/Undici"
import { Effect } from "effect"

/** What requests go out by. */
export const dispatcher = new Undici.Agent()

/** A request to an agent as it came. */
export interface Request {
  readonly method: string
  readonly path: string
  readonly headers: Http.IncomingHttpHeaders
  readonly body: string
  /** Resolves when the exchange is over; whether the client left before it was. */
  readonly over: Promise<"answered" | "aborted">
}

export type Respond = (request: Request, response: Http.ServerResponse, index: number) => void

export interface AgentServer {
  readonly url: string
  readonly requests: ReadonlyArray<Request>
  /** Waits until that many requests have come. */
  readonly asked: (count: number) => Effect.Effect<ReadonlyArray<Request>>
}

/** A server on a free port of 127.0.0.1 that answers as it is told; it closes with the scope. */
export const open = (respond: Respond) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const requests: Array<Request> = []
      const waiting = new Set<() => void>()
      const server = Http.createServer((incoming, response) => {
        const chunks: Array<Buffer> = []
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk))
        incoming.on("end", () => {
          const request: Request = {
            method: incoming.method ?? "",
            path: incoming.url ?? "",
            headers: incoming.headers,
            body: Buffer.concat(chunks).toString(),
            over: new Promise((resolve) =>
              response.on("close", () => resolve(response.writableFinished ? "answered" : "aborted"))
            )
          }
          requests.push(request)
          respond(request, response, requests.length - 1)
          for (const wake of waiting) wake()
        })
      })
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      const { port } = server.address() as AddressInfo
      const asked = (count: number) =>
        Effect.async<ReadonlyArray<Request>>((resume) => {
          const look = () => {
            if (requests.length < count) return
            waiting.delete(look)
            resume(Effect.succeed(requests))
          }
          waiting.add(look)
          look()
        })
      return { server, open: { url: `http://127.0.0.1:${port}`, requests, asked } }
    }),
    ({ server }) =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
  ).pipe(Effect.map(({ open }): AgentServer => open))
