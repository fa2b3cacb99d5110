import { Effect } from "effect"
import type { Scope } from "effect"
import { WebSocket } from "ws"
import type { ClientOptions } from "ws"
import type { ServerMessage } from "../../src/protocol/ServerMessage.ts"
import * as Watch from "./Watch.ts"

/** A client over a real socket, on which the server sends messages of this kind. */
export interface Dialled<Message> {
  readonly socket: WebSocket
  readonly received: Array<Message>
  readonly send: (message: unknown) => Effect.Effect<void>
  /** Waits for the next message, beyond those already waited for, that satisfies `is`. */
  readonly next: (is: (message: Message) => boolean) => Effect.Effect<Message>
  /** Waits until `look` finds something, asking again after each message and when the connection has closed. */
  readonly until: <A>(look: () => A | undefined) => Effect.Effect<A>
  /** The code with which the connection closed. */
  readonly closed: Effect.Effect<number>
}

/** A client of `/client-ws` or `/proxy-ws`. */
export interface WebClient extends Dialled<ServerMessage> {
  readonly nextOf: (type: ServerMessage["type"]) => Effect.Effect<ServerMessage>
}

/** Connects; the scope's end closes the socket. `url`: `http://...` of the server. */
export const connect = (
  url: string,
  options: ClientOptions = {},
  path = "/client-ws"
): Effect.Effect<WebClient, Error, Scope.Scope> =>
  Effect.map(dial<ServerMessage>(`${url}${path}`, options), (client) => ({
    ...client,
    nextOf: (type) => client.next((message) => message.type === type)
  }))

/** Connects to any path. */
export const dial = <Message>(
  url: string,
  options: ClientOptions = {}
): Effect.Effect<Dialled<Message>, Error, Scope.Scope> =>
  Effect.gen(function* () {
    const socket = yield* Effect.acquireRelease(
      Effect.sync(() => new WebSocket(url.replace(/^http/u, "ws"), options)),
      (socket) => Effect.sync(() => socket.terminate())
    )
    const received: Array<Message> = []
    const { changed, until } = Watch.make()
    let code: number | undefined
    let seen = 0
    socket.on("message", (data) => {
      received.push(JSON.parse(String(data)) as Message)
      changed()
    })
    socket.on("close", (closeCode) => {
      code = closeCode
      changed()
    })
    yield* Effect.async<void, Error>((resume) => {
      socket.once("open", () => resume(Effect.void))
      socket.once("error", (error) => resume(Effect.fail(error)))
    })
    socket.on("error", () => {})

    const next: Dialled<Message>["next"] = (is) =>
      until(() => {
        const at = received.findIndex((message, index) => index >= seen && is(message))
        if (at < 0) return undefined
        seen = at + 1
        return received[at]
      })

    return {
      socket,
      received,
      until,
      next,
      send: (message) =>
        Effect.sync(() => socket.send(typeof message === "string" ? message : JSON.stringify(message))),
      closed: until(() => code)
    }
  })
