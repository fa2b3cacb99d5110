import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { WebSocket, WebSocketServer } from "ws"

/** The floor of a broadcast: `ws` behind Node's HTTP, which answers whatever comes by one frame to all that are connected. */
const [greeting = "", frame = ""] = process.argv.slice(2)
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })

const http = createServer()
http.on("upgrade", (request, socket, head) => {
  socket.on("error", () => socket.destroy())
  sockets.handleUpgrade(request, socket, head, (webSocket) => {
    sockets.emit("connection", webSocket)
    webSocket.on("error", () => {})
    webSocket.on("message", () => {
      for (const client of sockets.clients) if (client.readyState === WebSocket.OPEN) client.send(frame)
    })
    webSocket.send(greeting)
  })
})
http.listen(0, "127.0.0.1", () =>
  console.log(`serving at http://127.0.0.1:${(http.address() as AddressInfo).port}`)
)

process.stdin.resume().once("end", () => process.exit())
