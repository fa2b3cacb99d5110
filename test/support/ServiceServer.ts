import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { Effect } from "effect"
import { Arrivals } from "./Arrivals.ts"

/** A request as it came. */
export interface Asked {
  readonly method: string
  /** The client's, by which its connections are told apart. */
  readonly port: number | undefined
  /** With its query. */
  readonly path: string
  readonly headers: Http.IncomingHttpHeaders
  readonly body: Buffer
  /** Whether the client went before the answer was complete. */
  aborted: boolean
  /** Settles when the exchange is over, in whichever way. */
  readonly over: Promise<void>
}

export interface Answer {
  /** Defaults to 200. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly chunks?: ReadonlyArray<Uint8Array | string>
  /** ms before the answer. */
  readonly delayMs?: number
  /** ms before each chunk but the first. */
  readonly pauseMs?: number
  /** Told of each chunk right before it is sent. */
  readonly onChunk?: (index: number) => void
  /** Waited for before each chunk but the first. */
  readonly mayGoOn?: () => Promise<void>
  /** What comes after the chunks; "end" if it doesn't say. "nothing": the connection stays and is silent; "cut": it goes; "half": the server's side of it ends. */
  readonly afterwards?: "end" | "nothing" | "cut" | "half"
}

export interface ServiceServer {
  readonly url: string
  readonly log: Arrivals<Asked>
}

/** A service on a free port of 127.0.0.1 that answers as it is told, and remembers what it was asked; closes with the scope. */
export const open = (answer: (asked: Asked, index: number) => Answer | Promise<Answer>) =>
  Effect.acquireRelease(
    Effect.promise(() => listen(answer)),
    ({ close }) => Effect.promise(close)
  )

export const listen = async (
  answer: (asked: Asked, index: number) => Answer | Promise<Answer>
): Promise<ServiceServer & { readonly close: () => Promise<void> }> => {
  const log = new Arrivals<Asked>()
  const server = Http.createServer((request, response) => {
    const handle = async () => {
      const parts: Array<Buffer> = []
      for await (const part of request) parts.push(part as Buffer)
      const asked = {
        method: request.method ?? "",
        port: request.socket.remotePort,
        path: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(parts),
        aborted: false
      }
      const over = new Promise<void>((resolve) =>
        response.once("close", () => {
          asked.aborted = !response.writableFinished
          resolve()
        })
      )
      const whole: Asked = Object.assign(asked, { over })
      await give(response, await answer(whole, log.push(whole) - 1))
    }
    // A client that goes away is an ordinary event here.
    handle().catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

export const give = async (
  response: Http.ServerResponse,
  { chunks = [], delayMs, headers, mayGoOn, onChunk, pauseMs, status = 200, afterwards = "end" }: Answer
) => {
  if (delayMs !== undefined) await sleep(delayMs)
  if (chunks.length === 0 && afterwards === "nothing") return
  response.writeHead(status, headers)
  response.flushHeaders()
  for (const [index, chunk] of chunks.entries()) {
    if (index > 0 && pauseMs !== undefined) await sleep(pauseMs)
    if (index > 0) await mayGoOn?.()
    if (response.destroyed) return
    onChunk?.(index)
    await new Promise<void>((resolve) => void response.write(chunk, () => resolve()))
  }
  if (afterwards === "end") response.end()
  if (afterwards === "cut") response.destroy()
  if (afterwards === "half") response.socket?.end()
}
