import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { Effect } from "effect"

/** A request as it came. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: Http.IncomingHttpHeaders
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** The body comes again and again, until the client leaves. */
  readonly endless?: boolean
}

/** A server on a free port of 127.0.0.1 that answers as it is told; it closes with the scope. */
export const serve = (answer: (asked: Asked) => Answer) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const server = Http.createServer((request, response) => {
        const { headers, method = "", url = "" } = request
        const told = answer({ method, path: url, headers })
        response.writeHead(told.status, told.headers)
        const more = () => void (response.destroyed || response.write(told.body, more))
        if (told.endless === true) more()
        else response.end(told.body)
      })
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      return server
    }),
    (server) =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
  ).pipe(
    Effect.map((server) => {
      const { port } = server.address() as AddressInfo
      return { port, url: `http://127.0.0.1:${port}` }
    })
  )

/** A port that nothing listens on. */
export const freePort = Effect.map(Effect.scoped(serve(() => ({ status: 200 }))), ({ port }) => port)
