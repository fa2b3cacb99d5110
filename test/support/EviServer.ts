import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { Effect } from "effect"
import { WebSocketServer } from "ws"
import type { WebSocket } from "ws"

/** One connection to the server. */
export interface Chat {
  readonly query: URLSearchParams
  readonly path: string
  readonly said: Array<{ readonly type: string; readonly text?: string; readonly system_prompt?: string }>
  readonly closed: Promise<void>
}

/** What stands in for EVI: a WebSocket server that answers what is said as it is told, and closes with the scope. */
export const open = (
  respond: (text: string, send: (message: object | string) => void, socket: WebSocket) => void,
  refuse?: number
) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const chats: Array<Chat> = []
      const server = Http.createServer()
      const sockets = new WebSocketServer({ noServer: true })
      server.on("upgrade", (request, socket, head) => {
        if (refuse !== undefined) return void socket.end(`HTTP/1.1 ${refuse} No\r\nConnection: close\r\n\r\n`)
        sockets.handleUpgrade(request, socket, head, (client) => {
          const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost")
          const chat: Chat = {
            query: searchParams,
            path: pathname,
            said: [],
            closed: new Promise((resolve) => client.on("close", () => resolve()))
          }
          chats.push(chat)
          const send = (message: object | string) =>
            client.send(typeof message === "string" ? message : JSON.stringify(message))
          send({ type: "chat_metadata", chat_group_id: `group-${chats.length}`, chat_id: "chat" })
          client.on("message", (data) => {
            const message = JSON.parse(String(data)) as Chat["said"][number]
            chat.said.push(message)
            if (message.type === "user_input") respond(message.text ?? "", send, client)
          })
        })
      })
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      const { port } = server.address() as AddressInfo
      return { server, sockets, open: { url: `ws://127.0.0.1:${port}`, chats } }
    }),
    ({ server, sockets }) =>
      Effect.sync(() => {
        for (const client of sockets.clients) client.terminate()
        server.close()
        server.closeAllConnections()
      })
  ).pipe(Effect.map(({ open }) => open))
