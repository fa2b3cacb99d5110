import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { WebSocketServer } from "ws"

/**
 * The floor that the server is measured against: `ws` behind Node's HTTP, with the same frames and no work. It echoes what
 * is no chunk of audio.
 */
const shortestAudio = 4096
const opening = JSON.parse(process.argv[2] ?? "[]") as ReadonlyArray<string>
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })

const http = createServer()
http.on("upgrade", (request, socket, head) => {
  socket.on("error", () => socket.destroy())
  sockets.handleUpgrade(request, socket, head, (webSocket) => {
    webSocket.on("error", () => {})
    webSocket.on("message", (data) => {
      if ((data as Buffer).byteLength < shortestAudio) webSocket.send(data, { binary: false })
    })
    for (const frame of opening) webSocket.send(frame)
  })
})
http.listen(0, "127.0.0.1", () =>
  console.log(`serving at http://127.0.0.1:${(http.address() as AddressInfo).port}`)
)

process.stdin.resume().once("end", () => process.exit())
