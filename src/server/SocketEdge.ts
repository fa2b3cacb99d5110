import { randomUUID } from "node:crypto"
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import { Context, Effect, Exit, FiberId, FiberRef, FiberSet, HashMap, Scope } from "effect"
import { WebSocketServer } from "ws"
import type { WebSocket } from "ws"
import { Settings } from "../config/Settings.ts"
import * as Language from "../language/Language.ts"
import * as WholeFiber from "../supervision/WholeFiber.ts"
import * as Attribute from "../telemetry/Attributes.ts"
import * as Bundle from "./Bundle.ts"
import * as Inbox from "./Inbox.ts"
import * as Outbox from "./Outbox.ts"
import * as Watchdog from "./Watchdog.ts"

/** Longest frame in bytes. */
const maxPayload = 16 * 1024 * 1024

/** Takes a socket over from the HTTP server, once it is known that it may. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

/** One connection as whoever serves it sees it. */
export interface Link<Message> extends Pick<Outbox.Outbox<Message>, "send" | "offer" | "hasRoom" | "onRoom"> {
  readonly uid: string
  /** Closes the connection of a client that does not keep up with what is sent (code 1013). */
  readonly drop: () => void
  /** Waits for the next frame. */
  readonly take: Effect.Effect<Inbox.Frame>
}

/** What is spoken on the connections of one path. */
export interface Protocol<Message, R> {
  /** As a frame for a client of that language. */
  readonly encode: (message: Message, language: Language.Language) => string | Buffer
  /** All that the connection's fiber does, until its end interrupts it. The scope is the connection's. */
  readonly serve: (link: Link<Message>) => Effect.Effect<never, never, R | Scope.Scope>
}

/**
 * The connections of one path, each in a fiber of its own that ends with it. Closing the scope closes every connection
 * (code 1001) and waits until nothing of it is left.
 */
export const open = Effect.fn("SocketEdge.open")(function* <Message, R>(protocol: Protocol<Message, R>) {
  const { system } = yield* Settings
  const sockets = yield* Effect.acquireRelease(
    Effect.sync(() => new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false })),
    closeAll
  )
  const watchdog = yield* Watchdog.make
  const run = yield* FiberSet.makeRuntime<Exclude<R, Scope.Scope>>()

  const upgrade: Upgrade = (request, socket, head) => {
    const bundle = Bundle.make(socket)
    // The answer to the handshake leaves together with the opening sequence.
    bundle()
    // Read here: what is called back below would keep the whole request for as long as the connection.
    const language = Language.of(system.language, request.headers["accept-language"])
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      // Payload and protocol errors close the connection by themselves; without a listener they would end the process.
      webSocket.on("error", () => {})
      const fiber = run(connect({ socket: webSocket, bundle, language }, watchdog, protocol))
      webSocket.once("close", () => fiber.unsafeInterruptAsFork(FiberId.none))
    })
  }
  return upgrade
})

/** Connections are served no more and close frames are on their way: waits a moment for the clients' answers. */
const closeAll = (server: WebSocketServer) =>
  Effect.async<void>((resume) => {
    server.close(() => resume(Effect.void))
  }).pipe(
    // A finalizer is uninterruptible, and so would be what the time limit cuts off.
    Effect.interruptible,
    Effect.timeoutOption("1 second"),
    Effect.zipRight(
      Effect.sync(() => {
        for (const socket of server.clients) socket.terminate()
      })
    )
  )

interface Connection {
  readonly socket: WebSocket
  readonly bundle: Bundle.Bundle
  readonly language: Language.Language
}

/** One connection, until it closes or stops reading, either of which interrupts this. All that its fiber does. */
const connect = Effect.fnUntraced(function* <Message, R>(
  connection: Connection,
  watchdog: Watchdog.Watchdog,
  protocol: Protocol<Message, R>
) {
  const uid = randomUUID()
  const scope = yield* Scope.make()
  yield* FiberRef.update(
    FiberRef.currentLogAnnotations,
    HashMap.set<string, unknown>(Attribute.clientUid, uid)
  )
  return yield* serve(uid, connection, watchdog, protocol).pipe(
    Effect.onExit((exit) =>
      // The client knows at once, however long it takes to close what was open for it.
      Effect.suspend(() => {
        connection.socket.close(closeCode(exit), "")
        return Scope.close(scope, exit)
      })
    ),
    (served) => WholeFiber.provide(served, Context.make(Scope.Scope, scope))
  )
})

/** A connection that is interrupted while it is open ends with the server. */
const closeCode = (exit: Exit.Exit<unknown, unknown>): number => (Exit.isInterrupted(exit) ? 1001 : 1011)

// Without a span: one that lasts as long as the connection would collect every log line of it.
const serve = Effect.fnUntraced(function* <Message, R>(
  uid: string,
  { bundle, language, socket }: Connection,
  watchdog: Watchdog.Watchdog,
  protocol: Protocol<Message, R>
) {
  const outbox = yield* Outbox.make(socket, bundle, (message: Message) => protocol.encode(message, language))
  const take = Inbox.make(socket)
  const end = yield* Effect.withFiberRuntime<() => void>((fiber) =>
    Effect.succeed(() => fiber.unsafeInterruptAsFork(FiberId.none))
  )
  const drop = () => Watchdog.drop({ socket, end })
  yield* watchdog.watch({ socket, leavingSince: outbox.leavingSince, drop })
  return yield* protocol.serve({ ...outbox, uid, drop, take })
})
