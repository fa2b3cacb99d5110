import * as Http from "node:http"
import type { IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import type { Duplex } from "node:stream"
import { HttpRouter, HttpServerResponse } from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import { Context, Effect, FiberSet, Layer, Schema } from "effect"
import { Decode } from "../audio/Decode.ts"
import { Settings } from "../config/Settings.ts"
import { Proxy } from "../proxy/Proxy.ts"
import { SessionRegistry } from "../session/SessionRegistry.ts"
import * as AsrRoute from "./AsrRoute.ts"
import * as ClientSocket from "./ClientSocket.ts"
import * as AvatarModels from "./AvatarModels.ts"
import * as Clips from "./Clips.ts"
import * as ProxySocket from "./ProxySocket.ts"
import * as OriginCheck from "./OriginCheck.ts"
import type * as SocketEdge from "./SocketEdge.ts"
import * as StaticFiles from "./StaticFiles.ts"
import * as TtsSocket from "./TtsSocket.ts"
import * as Language from "../language/Language.ts"
import { inLanguage, say } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

/** The server cannot listen at its address. */
export class AddressUnavailable extends Schema.TaggedError<AddressUnavailable>()("AddressUnavailable", {
  host: Schema.String,
  port: Schema.Number,
  code: Schema.String
}) {
  override get message(): string {
    const address = `${this.host}:${this.port}`
    switch (this.code) {
      case "EADDRINUSE":
        return `Port ${this.port} of ${this.host} is taken by another program. Stop that one, or choose another port with --port or system_config.port.`
      case "EACCES":
        return `This account may not listen on ${address}. Choose a port above 1023 with --port or system_config.port.`
      case "ENOTFOUND":
      case "EADDRNOTAVAIL":
        return `${this.host} is no address of this computer. Choose another with --host or system_config.host.`
      default:
        return `The server cannot listen on ${address} (${this.code}). Choose another address with --host and --port.`
    }
  }
}

/** Where the server listens. */
export class HttpServer extends Context.Tag("seiyuu/server/HttpServer")<
  HttpServer,
  { readonly url: string }
>() {
  static readonly layer = Layer.scoped(
    HttpServer,
    Effect.suspend(() => listen())
  ).pipe(Layer.provide(Layer.merge(Decode.layer, Proxy.layer)))
}

/**
 * Serves pages, `/asr`, `/client-ws`, `/tts-ws` and, if the configuration has it, `/proxy-ws` at the configured address. Closing the scope stops accepting first, then closes every
 * connection with its session.
 */
const listen = Effect.fn("HttpServer.listen")(function* () {
  const { folder, system } = yield* Settings
  const clips = yield* Clips.open(join(folder, "cache"))
  const sockets = new Map<string, SocketEdge.Upgrade>([
    ["/client-ws", yield* ClientSocket.open()],
    ["/tts-ws", yield* TtsSocket.open(clips)],
    ...(system.enable_proxy ? [["/proxy-ws", yield* ProxySocket.open()] as const] : [])
  ])
  const asr = yield* AsrRoute.make
  const answer = yield* NodeHttpServer.makeHandler(
    HttpRouter.concatAll(
      router,
      asr,
      AvatarModels.router({ folder }),
      StaticFiles.router({ folder, language: system.language })
    ).pipe(
      Effect.catchTag("RouteNotFound", ({ request }) =>
        HttpServerResponse.text(line(say("server.notFound"), request.headers["accept-language"]), {
          status: 404
        })
      )
    )
  )
  /** A plain answer in the client's language. */
  const line = (words: Text, acceptLanguage: string | undefined) =>
    `${inLanguage(words, Language.of(system.language, acceptLanguage))}\n`
  const ask = OriginCheck.remembering({
    configuredHost: system.host,
    allowedOrigins: system.allowed_origins
  })
  const judge = (request: IncomingMessage, origin: string | undefined) =>
    ask({ origin, host: request.headers.host })

  const run = yield* FiberSet.makeRuntime()
  const told = new Set<string>()
  /** Says once why requests are refused, so that whoever set the server up learns what to allow. */
  const tell = (reason: string) => {
    if (told.has(reason) || told.size >= 100) return
    told.add(reason)
    run(Effect.logInfo(`refused a connection: ${reason}`))
  }

  const create = () => {
    const server = Http.createServer((request, response) => {
      // Files are public to pages of any origin: for them only a foreign Host is refused.
      const reads = request.method === "GET" || request.method === "HEAD"
      const verdict = judge(request, reads ? undefined : request.headers.origin)
      if (verdict.allowed) return answer(request, response)
      if (!reads) tell(verdict.reason)
      response
        .writeHead(403, { "Content-Type": "text/plain; charset=utf-8" })
        .end(line(verdict.words, request.headers["accept-language"]))
    })
    server.on("upgrade", (request, socket, head) => {
      socket.on("error", () => socket.destroy())
      const verdict = judge(request, request.headers.origin)
      if (!verdict.allowed) {
        tell(verdict.reason)
        return refuse(socket, 403, line(verdict.words, request.headers["accept-language"]))
      }
      const upgrade = sockets.get(request.url?.split("?", 1)[0] ?? "")
      if (upgrade === undefined) {
        const words = say("server.noSocket", [...sockets.keys()])
        return refuse(socket, 404, line(words, request.headers["accept-language"]))
      }
      upgrade(request, socket, head)
    })
    return server
  }

  const { host } = system
  if (host !== "localhost") return HttpServer.of({ url: url(host, yield* open(create(), host, system.port)) })
  // Clients say localhost, 127.0.0.1 or ::1 and mean the same; a machine without IPv6 has the first two only.
  const port = yield* open(create(), "127.0.0.1", system.port)
  yield* open(create(), "::1", port).pipe(
    Effect.catchIf(
      ({ code }) => code !== "EADDRINUSE",
      () => Effect.void
    )
  )
  return HttpServer.of({ url: url(host, port) })
})

const url = (host: string, port: number) => `http://${host.includes(":") ? `[${host}]` : host}:${port}`

/** Listens for as long as the scope is open; answers the port. */
const open = (server: Http.Server, host: string, port: number) =>
  Effect.acquireRelease(begin(server, host, port), () =>
    Effect.sync(() => {
      server.close()
      server.closeAllConnections()
    })
  )

const begin = (server: Http.Server, host: string, port: number) =>
  Effect.async<number, AddressUnavailable>((resume) => {
    const fail = (error: NodeJS.ErrnoException) =>
      resume(new AddressUnavailable({ host, port, code: error.code ?? error.message }))
    server.once("error", fail)
    server.listen({ host, port }, () => {
      server.off("error", fail)
      resume(Effect.succeed((server.address() as AddressInfo).port))
    })
  })

/** Answers a request for a WebSocket with a plain response instead. */
const refuse = (socket: Duplex, status: number, body: string) => {
  const head = [
    `HTTP/1.1 ${status} ${Http.STATUS_CODES[status]}`,
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close"
  ]
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`)
}

/** `/status`: how much lives, without saying who. */
const router = HttpRouter.empty.pipe(
  HttpRouter.get(
    "/status",
    Effect.gen(function* () {
      const { engines, fibers, groups, sessions } = yield* (yield* SessionRegistry).snapshot
      const { heapUsed, rss } = process.memoryUsage()
      return yield* HttpServerResponse.json({
        sessions: sessions.length,
        groups: groups.groups,
        fibers,
        engines: engines.map(({ id, kind, references }) => ({
          kind,
          engine: id.split(":", 1)[0],
          references
        })),
        memory: { rss, heapUsed }
      })
    })
  )
)
