import { createHash } from "node:crypto"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { Effect } from "effect"

/** What the server saw of one request. */
export interface Seen {
  readonly path: string
  readonly range: string | undefined
  /** Bytes of the body written. */
  sent: number
  /** The client went away before the body was whole. */
  left: boolean
}

export interface Behaviour {
  /** Destroys the connection after this many bytes of the body, on the first request only. */
  readonly cutAfter?: number
  /** Sends nothing more after this many bytes, on every request. */
  readonly stallAfter?: number
  readonly status?: number
  readonly ignoreRange?: boolean
  readonly redirectTo?: string
}

const chunk = 16 * 1024

/** A server on this machine that serves `body` by path, in the ways that `behaviours` asks for. */
export const serve = (body: Buffer, behaviours: Readonly<Record<string, Behaviour>>) =>
  Effect.gen(function* () {
    const seen: Array<Seen> = []
    const server = Http.createServer((request, response) => {
      const path = request.url ?? ""
      const behaviour = behaviours[path] ?? { status: 404 }
      const isFirst = seen.every((earlier) => earlier.path !== path)
      const range = request.headers.range
      const entry: Seen = { path, range, sent: 0, left: false }
      seen.push(entry)
      if (behaviour.redirectTo !== undefined)
        return response.writeHead(302, { location: behaviour.redirectTo }).end()
      if (behaviour.status !== undefined && behaviour.stallAfter !== undefined)
        return response.writeHead(behaviour.status, { "content-length": 2 }).flushHeaders()
      if (behaviour.status !== undefined) return response.writeHead(behaviour.status).end("no")
      const from =
        range === undefined || behaviour.ignoreRange === true ? 0 : Number(/bytes=(\d+)-/.exec(range)?.[1])
      response.on("close", () => {
        entry.left = !response.writableFinished
      })
      response.writeHead(from > 0 ? 206 : 200, {
        "content-length": body.length - from,
        ...(from > 0 ? { "content-range": `bytes ${from}-${body.length - 1}/${body.length}` } : {})
      })
      const limit = Math.min(
        body.length,
        from + (behaviour.stallAfter ?? Infinity),
        from + (isFirst ? (behaviour.cutAfter ?? Infinity) : Infinity)
      )
      const write = (at: number): void => {
        if (at < limit) {
          const piece = body.subarray(at, Math.min(limit, at + chunk))
          entry.sent += piece.length
          response.write(piece, () => write(at + piece.length))
        } else if (limit === body.length) response.end()
        else if (isFirst && behaviour.cutAfter !== undefined) response.socket?.destroy()
      }
      return write(from)
    })
    yield* Effect.acquireRelease(
      Effect.async<void>((resume) => {
        server.listen(0, "127.0.0.1", () => resume(Effect.void))
      }),
      () =>
        Effect.async<void>((resume) => {
          server.close(() => resume(Effect.void))
          server.closeAllConnections()
        })
    )
    const { port } = server.address() as AddressInfo
    return { seen, url: (path: string) => `http://127.0.0.1:${port}${path}` }
  })

export const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex")
