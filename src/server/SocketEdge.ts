import { randomUUID } from "node:crypto"
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import { Context, Effect, Exit, FiberId, FiberRef, FiberSet, HashMap, Scope } from "effect"
import type { Fiber } from "effect"
import { WebSocketServer } from "ws"
import type { WebSocket } from "ws"
import { Settings } from "../config/Settings.ts"
import * as Language from "../language/Language.ts"
import * as Finalizer from "../supervision/Finalizer.ts"
import * as WholeFiber from "../supervision/WholeFiber.ts"
import * as Attribute from "../telemetry/Attributes.ts"
import * as Bundle from "./Bundle.ts"
import { EdgeLimits } from "./EdgeLimits.ts"
import * as Inbox from "./Inbox.ts"
import * as Outbox from "./Outbox.ts"
import * as Reception from "./Reception.ts"
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
export interface Protocol<Message, Guest, G, S> {
  /** As a frame for a client of that language. */
  readonly encode: (message: Message, language: Language.Language) => string | Buffer
  /** Sends what every client is sent; waits for nothing, since all are greeted one after the other. See `Reception`. */
  readonly greet: (link: Link<Message>) => Effect.Effect<Guest, never, G>
  /** Whether a client that says nothing is served only when it has stayed for 20 ms. */
  readonly patient: boolean
  /** It is not served any more, or has left before. May be called more than once. */
  readonly left: (link: Link<Message>) => void
  /** All that the connection's fiber does, until its end interrupts it. The scope is the connection's. */
  readonly serve: (link: Link<Message>, guest: Guest) => Effect.Effect<never, never, S>
}

/**
 * The connections of one path, each in a fiber of its own that ends with it. Closing the scope closes every connection
 * (code 1001) and waits until nothing of it is left.
 */
export const open = Effect.fn("SocketEdge.open")(function* <Message, Guest, G, S>(
  protocol: Protocol<Message, Guest, G, S>
) {
  const { system } = yield* Settings
  const clock = yield* Effect.clock
  const limits = yield* EdgeLimits
  const sockets = yield* Effect.acquireRelease(
    Effect.sync(() => new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false })),
    closeAll
  )
  const watchdog = yield* Watchdog.make
  const reception = yield* Reception.make<G>()
  const run = yield* FiberSet.makeRuntime<Exclude<S, Scope.Scope>>()

  /** Those that are not served yet. */
  const newcomers = new Set<WebSocket>()
  // Before those that are served, which may take their time.
  yield* Finalizer.add(
    Effect.sync(() => {
      for (const socket of newcomers) socket.close(1001, "")
    })
  )

  const receive = (socket: WebSocket, bundle: Bundle.Bundle, language: Language.Language) => {
    const outbox = Outbox.make({ socket, bundle, clock, limits }, (message: Message) =>
      protocol.encode(message, language)
    )
    const { hasRoom, leavingSince, offer, onRoom, send } = outbox
    const inbox = Inbox.make(socket)
    let fiber: Fiber.RuntimeFiber<never> | undefined
    const end = () => fiber?.unsafeInterruptAsFork(FiberId.none)
    const drop = () => Watchdog.drop({ socket, end })
    const link = { uid: randomUUID(), drop, hasRoom, offer, onRoom, send, take: inbox.take }

    const left = () => {
      newcomers.delete(socket)
      protocol.left(link)
    }
    const begin = (guest: Guest) => {
      const attended = Effect.zipRight(
        watchdog.watch({ socket, leavingSince, drop }),
        protocol.serve(link, guest)
      )
      newcomers.delete(socket)
      fiber = run(connect(link.uid, socket, inbox, attended))
      fiber.addObserver(left)
    }
    newcomers.add(socket)
    socket.once("close", () => {
      left()
      end()
    })
    reception.receive({
      socket,
      inbox,
      isPatient: protocol.patient,
      left,
      greet: Effect.map(protocol.greet(link), (guest) => () => begin(guest))
    })
  }

  const upgrade: Upgrade = (request, socket, head) => {
    const bundle = Bundle.make(socket)
    // The answer to the handshake leaves together with the opening sequence.
    bundle()
    // Read here: what is called back below would keep the whole request for as long as the connection.
    const language = Language.of(system.language, request.headers["accept-language"])
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      // Payload and protocol errors close the connection by themselves; without a listener they would end the process.
      webSocket.on("error", () => {})
      receive(webSocket, bundle, language)
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

/**
 * One connection, until it closes or stops reading, either of which interrupts this. All that its fiber does. Without a
 * span: one that lasts as long as the connection would collect every log line of it.
 */
const connect = <R>(
  uid: string,
  socket: WebSocket,
  inbox: Inbox.Inbox,
  attended: Effect.Effect<never, never, R>
) =>
  Effect.flatMap(Scope.make(), (scope) =>
    annotated(uid).pipe(
      Effect.zipRight(attended),
      Effect.onExit((exit) =>
        // The client knows at once, however long it takes to close what was open for it.
        Effect.suspend(() => {
          inbox.close()
          // What is interrupted while the connection is open ends with the server.
          socket.close(Exit.isInterrupted(exit) ? 1001 : 1011, "")
          return Scope.close(scope, exit)
        })
      ),
      (whole) => WholeFiber.provide(whole, Context.make(Scope.Scope, scope))
    )
  )

/** From now on the fiber's log lines say whose they are. */
const annotated = (uid: string) =>
  FiberRef.update(FiberRef.currentLogAnnotations, HashMap.set<string, unknown>(Attribute.clientUid, uid))
