import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import type { Duplex } from "node:stream"
import { setTimeout as sleep } from "node:timers/promises"
import { WebSocketServer } from "ws"
import type { WebSocket } from "ws"
import { Arrivals } from "./Arrivals.ts"
import type * as ServiceServer from "./ServiceServer.ts"

type Asked = ServiceServer.Asked
type Answer = ServiceServer.Answer

/**
 * A service that speaks WebSocket, with the answers of `ServiceServer`: chunks are messages, text or bytes. It asks for the
 * answer twice: when a client connects, so that it may be refused, and when its request `isWhole`; its body is
 * all messages, one after the other.
 */
export const listenFor =
  (isWhole: (message: string) => boolean): typeof ServiceServer.listen =>
  async (answer) => {
    const log = new Arrivals<Asked>()
    const open = new Set<Duplex>()
    const sockets = new WebSocketServer({ noServer: true })
    const server = Http.createServer((_, response) => response.writeHead(426).end())
    server.on("upgrade", async (request, socket, head) => {
      open.add(socket)
      let isOver = false
      const asked = {
        method: request.method ?? "",
        port: request.socket.remotePort,
        path: request.url ?? "",
        headers: request.headers,
        body: Buffer.alloc(0),
        aborted: false
      }
      const over = new Promise<void>((resolve) =>
        socket.once("close", () => {
          open.delete(socket)
          asked.aborted = !isOver
          resolve()
        })
      )
      // A client that goes away is an ordinary event here.
      socket.on("error", () => undefined)
      const whole: Asked = Object.assign(asked, { over })
      const end = () => (isOver = true)
      const index = log.push(whole) - 1
      const { afterwards, chunks = [], headers = {}, status = 101 } = await answer(whole, index)
      // A socket that nobody reads does not notice that the client has gone.
      if (chunks.length === 0 && afterwards === "nothing")
        return void socket.resume().on("end", () => socket.end())
      if (status !== 101) {
        end()
        return refuse(socket, status, headers, chunks)
      }
      sockets.handleUpgrade(request, socket, head, (client) => {
        client.on("error", () => undefined)
        client.on("message", (data: Buffer) => {
          asked.body = Buffer.concat([asked.body, data])
          if (!isWhole(data.toString())) return
          void Promise.resolve(answer(whole, index)).then((told) => give(client, socket, told, end))
        })
      })
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      log,
      close: () =>
        new Promise((resolve) => {
          server.close(() => resolve())
          for (const socket of open) socket.destroy()
        })
    }
  }

const refuse = (
  socket: Duplex,
  status: number,
  headers: Readonly<Record<string, string>>,
  chunks: ReadonlyArray<Uint8Array | string>
) => {
  const body = Buffer.concat(chunks.map((chunk) => Buffer.from(chunk as string)))
  const fields = { ...headers, "content-length": String(body.length), connection: "close" }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`HTTP/1.1 ${status} Refused\r\n${lines.join("")}\r\n`)
  socket.end(body)
}

const give = async (
  client: WebSocket,
  socket: Duplex,
  { afterwards = "end", chunks = [], delayMs, mayGoOn, onChunk, pauseMs }: Answer,
  end: () => void
) => {
  if (delayMs !== undefined) await sleep(delayMs)
  for (const [index, chunk] of chunks.entries()) {
    if (index > 0 && pauseMs !== undefined) await sleep(pauseMs)
    if (index > 0) await mayGoOn?.()
    onChunk?.(index)
    client.send(chunk)
  }
  if (afterwards === "half") socket.end()
  if (afterwards === "cut") client.terminate()
  if (afterwards !== "end") return
  end()
  client.close(1000)
}
