import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as Client from "./Client.ts"

/**
 * Sends heartbeats at a fixed pace to every server named in the arguments, whether or not they have answered, and keeps
 * how long each answer took. A process of its own: what else the clients do delays nothing here.
 */
const everyMs = 10
const heartbeat = JSON.stringify({ type: "heartbeat" })

const times = process.argv.slice(2).map((): Array<number> => [])
const sockets = await Promise.all(
  process.argv.slice(2).map(async (url, index) => {
    const sent: Array<number> = []
    const socket = await Client.ready(url, (frame) => {
      // The echo of a bare server is the heartbeat itself.
      const answers = Client.startsWith(frame, Client.head.heartbeat) || frame.length === heartbeat.length
      const at = answers ? sent.shift() : undefined
      if (at !== undefined) times[index]!.push(performance.now() - at)
    })
    socket.once("close", () => process.exit(1))
    return { send: () => socket.send(heartbeat), sent }
  })
)

const beat = setInterval(() => {
  for (const { send, sent } of sockets) {
    sent.push(performance.now())
    send()
  }
}, everyMs)

/** Answers with the times (ms) since it was last asked; what has not been answered yet counts as long as it waits. */
const http = createServer((_, response) => {
  const now = performance.now()
  const taken = times.map((list, index) => [...list.splice(0), ...sockets[index]!.sent.map((at) => now - at)])
  response.end(JSON.stringify(taken))
})
http.listen(0, "127.0.0.1", () =>
  console.log(`serving at http://127.0.0.1:${(http.address() as AddressInfo).port}`)
)

process.stdin.resume().once("end", () => {
  clearInterval(beat)
  process.exit()
})
