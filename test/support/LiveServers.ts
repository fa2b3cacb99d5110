import * as Http from "node:http"
import * as Net from "node:net"
import type { AddressInfo } from "node:net"
import { brotliCompressSync, deflateSync } from "node:zlib"
import { Effect } from "effect"
import { WebSocketServer } from "ws"
import type { WebSocket } from "ws"
import { textOf } from "./StubServer.ts"
import * as Watch from "./Watch.ts"

/** A request as a platform sees it. */
export interface Asked {
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Http.IncomingHttpHeaders
  readonly body: string
}

/** One connection of a bridge. */
export interface Visit {
  readonly headers: Http.IncomingHttpHeaders
  /** What the bridge has sent, in order. */
  readonly said: Array<Buffer>
  readonly socket: WebSocket
  open: boolean
}

interface Told {
  readonly answer?: (asked: Asked) => object | string | number
  readonly hear?: (visit: Visit, frame: Buffer) => void
}

/** A server of HTTP and WebSockets on a free port of 127.0.0.1; it closes with the scope. A number as an answer is a status; 0 breaks the connection. */
export const serve = ({ answer = () => 404, hear = () => undefined }: Told) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const asked: Array<Asked> = []
      const visits: Array<Visit> = []
      const { changed, until } = Watch.make()
      const server = Http.createServer((request, response) => {
        void textOf(request).then((body) => {
          const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost")
          const question = { path: pathname, query: searchParams, headers: request.headers, body }
          asked.push(question)
          changed()
          const told = answer(question)
          if (told === 0) return void request.socket.destroy()
          response.writeHead(typeof told === "number" ? told : 200, { "content-type": "application/json" })
          response.end(typeof told === "string" ? told : JSON.stringify(told))
        })
      })
      const sockets = new WebSocketServer({ server })
      sockets.on("connection", (socket, request) => {
        const visit: Visit = { headers: request.headers, said: [], socket, open: true }
        visits.push(visit)
        socket.on("message", (data) => {
          visit.said.push(data as Buffer)
          hear(visit, data as Buffer)
          changed()
        })
        socket.on("close", () => {
          visit.open = false
          changed()
        })
        socket.on("error", () => undefined)
        changed()
      })
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      const { port } = server.address() as AddressInfo
      const urls = { http: `http://127.0.0.1:${port}`, ws: `ws://127.0.0.1:${port}/` }
      return { server, sockets, platform: { ...urls, asked, visits, until } }
    }),
    ({ server, sockets }) =>
      Effect.sync(() => {
        for (const client of sockets.clients) client.terminate()
        server.close()
        server.closeAllConnections()
      })
  ).pipe(Effect.map(({ platform }) => platform))

/** A server that takes connections and never says anything; it closes with the scope. */
export const silent = Effect.acquireRelease(
  Effect.promise(async () => {
    const { changed, until } = Watch.make()
    const sockets: Array<Net.Socket> = []
    const server = Net.createServer((socket) => {
      sockets.push(socket)
      socket.on("error", () => undefined).on("data", changed)
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
    /** Waits until somebody has asked it something. */
    const asked = until(() => sockets.some(({ bytesRead }) => bytesRead > 0) || undefined)
    return { server, sockets, host, asked }
  }),
  ({ server, sockets }) =>
    Effect.sync(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
)

/** The address (ws:) of a server that answers every upgrade with this status; it closes with the scope. */
export const refusing = (status: number) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const server = Http.createServer()
      server.on("upgrade", (_, socket) => socket.end(`HTTP/1.1 ${status} No\r\nConnection: close\r\n\r\n`))
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      return server
    }),
    (server) => Effect.sync(() => server.close())
  ).pipe(Effect.map((server) => `ws://127.0.0.1:${(server.address() as AddressInfo).port}`))

/** A packet of Bilibili. `version`: 0 JSON, 1 plain, 2 zlib, 3 brotli. */
export const packet = (operation: number, body: Buffer | string | object, version = 0): Buffer => {
  const bytes = Buffer.isBuffer(body)
    ? body
    : Buffer.from(typeof body === "string" ? body : JSON.stringify(body))
  const header = Buffer.alloc(16)
  header.writeUInt32BE(16 + bytes.length, 0)
  header.writeUInt16BE(16, 4)
  header.writeUInt16BE(version, 6)
  header.writeUInt32BE(operation, 8)
  return Buffer.concat([header, bytes])
}

/** Several messages as busy rooms get them. */
export const bundle = (messages: ReadonlyArray<object>, by: "zlib" | "brotli"): Buffer => {
  const all = Buffer.concat(messages.map((message) => packet(5, message)))
  return by === "zlib" ? packet(5, deflateSync(all), 2) : packet(5, brotliCompressSync(all), 3)
}

export const danmaku = (id: string, uid: number, name: string, text: string) => ({
  cmd: "DANMU_MSG",
  info: [
    [
      0,
      1,
      25,
      16777215,
      1700000000000,
      0,
      0,
      "",
      0,
      0,
      0,
      "",
      0,
      "{}",
      "{}",
      { extra: JSON.stringify({ id_str: id }) }
    ],
    text,
    [uid, name, 0, 0, 0, 10000, 1, ""],
    []
  ]
})

export const superChat = (id: number, uid: number, name: string, message: string) => ({
  cmd: "SUPER_CHAT_MESSAGE",
  data: { id, uid, message, price: 30, user_info: { uname: name } }
})

const hosts = [
  { host: "chat.example", wss_port: 443 },
  { host: "other.example", wss_port: 2245 }
]

/** The room 7, whose long number is 7734, as Bilibili serves it. `greet`: what is sent to who has entered. */
export const bilibili = (greet: (visit: Visit, index: number) => void, code = 0) =>
  Effect.gen(function* () {
    let entered = 0
    const server = yield* serve({
      answer: ({ path, query }) => {
        switch (path) {
          case "/room/v1/Room/room_init":
            return query.get("id") === "7" ? { code: 0, data: { room_id: 7734 } } : { code: 60004, data: [] }
          case "/x/web-interface/nav":
            return {
              code: -101,
              data: {
                isLogin: false,
                wbi_img: {
                  img_url: "https://i.example/wbi/7cd084941338484aae1ad9425b84077c.png",
                  sub_url: "https://i.example/wbi/4932caff0ff746eab6f01bf08b70ac45.png"
                }
              }
            }
          case "/x/frontend/finger/spi":
            return { code: 0, data: { b_3: "a-device", b_4: "" } }
          case "/xlive/web-room/v1/index/getDanmuInfo":
            return query.has("w_rid")
              ? { code: 0, data: { token: "a-token", host_list: hosts } }
              : { code: -352 }
          default:
            return 404
        }
      },
      hear: (visit, frame) => {
        const operation = frame.readUInt32BE(8)
        if (operation === 2) visit.socket.send(packet(3, Buffer.from([0, 0, 0, 1]), 1))
        if (operation !== 7) return
        visit.socket.send(packet(8, { code }, 1))
        if (code === 0) greet(visit, entered++)
      }
    })
    const config = {
      api_url: server.http,
      account_url: server.http,
      chat_url: server.ws
    }
    return { ...server, config }
  })

/** Channels as Twitch serves them: `greet` is told what to send to who has joined. */
export const twitch = (greet: (send: (line: string) => void, visit: Visit, index: number) => void) => {
  let joined = 0
  return serve({
    hear: (visit, frame) => {
      const send = (line: string) => visit.socket.send(`${line}\r\n`)
      for (const line of frame.toString("utf8").split("\r\n")) {
        const [command, param = ""] = line.split(" ")
        if (command === "PING") send(`:tmi.twitch.tv PONG tmi.twitch.tv ${line.slice(5)}`)
        if (command === "CAP") send(":tmi.twitch.tv CAP * ACK :twitch.tv/tags twitch.tv/commands")
        if (command === "NICK") send(`:tmi.twitch.tv 001 ${param} :Welcome, GLHF!`)
        if (command !== "JOIN") continue
        send(`:justinfan1.tmi.twitch.tv 366 justinfan1 ${param} :End of /NAMES list`)
        greet(send, visit, joined++)
      }
    }
  })
}

export const privmsg = (id: string, name: string, text: string, tags = "") =>
  `@badge-info=;display-name=${name};emotes=;id=${id};user-id=${name.length}${name.codePointAt(0)}${tags} :${name.toLowerCase()}!${name.toLowerCase()}@${name.toLowerCase()}.tmi.twitch.tv PRIVMSG #anna :${text}`

/** An action of a page of YouTube's live chat. */
export const youtubeMessage = (
  id: string,
  name: string,
  runs: ReadonlyArray<object>,
  renderer = "liveChatTextMessageRenderer"
) => ({
  addChatItemAction: {
    item: {
      [renderer]: {
        id,
        timestampUsec: "1700000000000000",
        authorName: { simpleText: name },
        authorExternalChannelId: `UC${name}`,
        message: { runs }
      }
    }
  }
})

/** A live video of YouTube, whose chat has these pages and then none, or the last one again and again. */
export const youtube = (
  pages: (index: number) => ReadonlyArray<unknown> | number | string | undefined,
  /** How long to wait after a page, as the server says it, ms. */
  pause = (_index: number) => 1000
) => {
  let served = 0
  return serve({
    answer: ({ body, path }) => {
      const { continuation, videoId } = JSON.parse(body) as { continuation?: string; videoId?: string }
      if (path === "/youtubei/v1/next") {
        const continuations = [{ reloadContinuationData: { continuation: "begin" } }]
        const conversationBar =
          videoId === "aliveVideo1" ? { liveChatRenderer: { continuations } } : undefined
        return { contents: { twoColumnWatchNextResults: { conversationBar } } }
      }
      if (path !== "/youtubei/v1/live_chat/get_live_chat" || continuation === undefined) return 404
      const index = served++
      const page = pages(index)
      if (page === undefined) return {}
      if (typeof page === "number" || typeof page === "string") return page
      return {
        continuationContents: {
          liveChatContinuation: {
            continuations: [
              { timedContinuationData: { continuation: `page ${served}`, timeoutMs: pause(index) } }
            ],
            actions: page
          }
        }
      }
    }
  })
}

/** A frame within a compressed packet. */
export const wrapped = (frame: Buffer): Buffer => packet(5, deflateSync(frame), 2)
