import { randomUUID } from "node:crypto"
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import { Context, Effect, Exit, FiberId, FiberRef, FiberSet, HashMap, Scope } from "effect"
import { WebSocketServer } from "ws"
import type { WebSocket } from "ws"
import { Client } from "../conversation/Client.ts"
import * as ClientMessage from "../protocol/ClientMessage.ts"
import * as ServerMessage from "../protocol/ServerMessage.ts"
import * as Dispatch from "../session/Dispatch.ts"
import * as Session from "../session/Session.ts"
import * as WholeFiber from "../supervision/WholeFiber.ts"
import * as Attribute from "../telemetry/Attributes.ts"
import { Census } from "../telemetry/Census.ts"
import * as Bundle from "./Bundle.ts"
import * as Inbox from "./Inbox.ts"
import * as Outbox from "./Outbox.ts"
import * as Watchdog from "./Watchdog.ts"

/** Longest frame in bytes. */
const maxPayload = 16 * 1024 * 1024

/** Takes a socket over from the HTTP server, once it is known that it may. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

/**
 * `/client-ws`: one session per connection, in a fiber of its own that ends with the connection. Closing the scope
 * closes every connection (code 1001) and waits until its session is gone.
 */
export const open = Effect.fn("ClientSocket.open")(function* () {
  const sockets = yield* Effect.acquireRelease(
    Effect.sync(() => new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false })),
    closeAll
  )
  const watchdog = yield* Watchdog.make
  const run = yield* FiberSet.makeRuntime<Needs>()

  const upgrade: Upgrade = (request, socket, head) => {
    const bundle = Bundle.make(socket)
    // The answer to the handshake leaves together with the opening sequence.
    bundle()
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      // Payload and protocol errors close the connection by themselves; without a listener they would end the process.
      webSocket.on("error", () => {})
      const fiber = run(connect({ uid: randomUUID(), socket: webSocket, bundle }, watchdog))
      webSocket.once("close", () => fiber.unsafeInterruptAsFork(FiberId.none))
    })
  }
  return upgrade
})

type Needs = Effect.Effect.Context<ReturnType<typeof connect>>

/** Sessions are gone by now and close frames are on their way: waits a moment for the clients' answers. */
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
  readonly uid: string
  readonly socket: WebSocket
  readonly bundle: Bundle.Bundle
}

/** One connection, until it closes or stops reading, either of which interrupts this. All that its fiber does. */
const connect = Effect.fnUntraced(function* (connection: Connection, watchdog: Watchdog.Watchdog) {
  const { bundle, socket, uid } = connection
  const outbox = yield* Outbox.make(socket, bundle)
  const client = Client.of({ uid, send: outbox.send })
  const scope = yield* Scope.make()
  const services = Context.make(Scope.Scope, scope).pipe(Context.add(Client, client))
  yield* FiberRef.update(
    FiberRef.currentLogAnnotations,
    HashMap.set<string, unknown>(Attribute.clientUid, uid)
  )
  return yield* serve(connection, outbox, watchdog).pipe(
    Effect.onExit((exit) =>
      // The client knows at once, however long its session takes to close.
      Effect.suspend(() => {
        socket.close(closeCode(exit), "")
        return Scope.close(scope, exit)
      })
    ),
    (served) => WholeFiber.provide(served, services)
  )
})

/** A connection that is interrupted while it is open ends with the server. */
const closeCode = (exit: Exit.Exit<unknown, unknown>): number => (Exit.isInterrupted(exit) ? 1001 : 1011)

// Without a span: one that lasts as long as the connection would collect every log line of it.
const serve = Effect.fnUntraced(function* (
  { socket }: Connection,
  { leavingSince }: Outbox.Outbox,
  watchdog: Watchdog.Watchdog
) {
  const census = yield* Census
  const inbox = yield* Inbox.make(socket)
  const end = yield* Effect.withFiberRuntime<() => void>((fiber) =>
    Effect.succeed(() => fiber.unsafeInterruptAsFork(FiberId.none))
  )
  yield* watchdog.watch({ socket, leavingSince, end })
  const session = yield* Session.open()
  return yield* inbox.take.pipe(
    Effect.flatMap((frame) => receive(session, frame)),
    Effect.forever,
    census.track("inbox")
  )
})

const receive = (session: Session.Session, frame: Inbox.Frame) =>
  decode(session, frame).pipe(
    Effect.matchEffect({
      onFailure: ({ message }) => reply(message),
      onSuccess: (message) => Dispatch.handle(session, message)
    }),
    Effect.catchAllDefect((defect) =>
      Effect.zipRight(
        Effect.logError("handling a message died", defect),
        reply("Something went wrong inside the server; its log says what. The connection goes on.")
      )
    )
  )

const decode = (session: Session.Session, frame: Inbox.Frame) =>
  typeof frame === "string"
    ? ClientMessage.decode(frame)
    : ClientMessage.decodeBinary(frame, session.extensions.binaryAudio)

const reply = (text: string) => Effect.flatMap(Client, (client) => client.send(ServerMessage.failure(text)))
