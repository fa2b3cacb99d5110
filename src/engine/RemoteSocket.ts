import type { IncomingMessage } from "node:http"
import { createWebSocketStream, WebSocket } from "ws"
import { Clock, Duration, Effect, Option } from "effect"
import type { Scope } from "effect"
import { say } from "../language/Text.ts"
import * as RemoteFailure from "./RemoteFailure.ts"
import * as RemoteRequest from "./RemoteRequest.ts"
import * as RetryAfter from "./RetryAfter.ts"

/** A connection by WebSocket. */
export interface RemoteSocket {
  readonly send: (message: string) => Effect.Effect<void>
  /** The next message: text or bytes; `undefined` when the other side has said that it is done. One caller at a time. */
  readonly next: Effect.Effect<string | Uint8Array | undefined, RemoteFailure.RemoteFailure>
}

/**
 * Opens a connection to a service. An answer that does not switch protocols is a refusal as with any request. No more is
 * read from the network than is taken. Closing the scope cuts the connection. How long it takes is limited by the caller.
 * `longest`: most bytes of all that comes.
 */
export const open = (
  { headers, url }: Pick<RemoteRequest.Request, "headers" | "url">,
  longest: number
): Effect.Effect<RemoteSocket, RemoteFailure.RemoteFailure, Scope.Scope> =>
  Effect.gen(function* () {
    const connecting = Effect.try({
      try: () =>
        new WebSocket(url, {
          headers,
          maxPayload: longest,
          perMessageDeflate: false,
          followRedirects: false
          // Cutting a connection that is not there yet is an error, too.
        }).on("error", () => undefined),
      catch: RemoteFailure.ofConnection
    })
    const socket = yield* Effect.acquireRelease(connecting, (socket) => Effect.sync(() => socket.terminate()))
    let goodbye: { readonly code: number; readonly reason: string } | undefined
    socket.once("close", (code, reason) => (goodbye = { code, reason: reason.toString() }))
    const messages = createWebSocketStream(socket, { readableObjectMode: true, decodeStrings: false })
    // Waiting for the connection, or reading, fails too.
    messages.on("error", () => undefined)
    yield* Effect.flatten(opened(socket))

    const reader = messages[Symbol.asyncIterator]() as AsyncIterator<string | Uint8Array>
    const brokenOff = (cause: unknown) => new RemoteFailure.Unanswered({ reason: "broken-off", cause })
    let size = 0
    const next = Effect.gen(function* () {
      const { done, value } = yield* Effect.tryPromise({ try: () => reader.next(), catch: brokenOff })
      if (done === true) {
        if (goodbye !== undefined && goodbye.reason !== "")
          return yield* new RemoteFailure.Reported({ said: goodbye.reason })
        return goodbye?.code === 1000 ? undefined : yield* brokenOff(goodbye?.code)
      }
      size += value.length
      if (size > longest)
        return yield* new RemoteFailure.Unanswered({
          reason: "unreadable",
          detail: say("engine.sentTooMuch", longest / 2 ** 20)
        })
      return value
    })
    return { send: (message) => Effect.sync(() => socket.send(message, () => undefined)), next }
  })

/** Waits for the other side's answer, and gives what follows from it. */
const opened = (socket: WebSocket) =>
  Effect.async<Effect.Effect<void, RemoteFailure.RemoteFailure>>((resume) => {
    socket.once("open", () => resume(Effect.succeed(Effect.void)))
    socket.once("error", (cause) => resume(Effect.succeed(Effect.fail(RemoteFailure.ofConnection(cause)))))
    socket.once("unexpected-response", (_, response) => resume(Effect.succeed(refusal(response))))
  })

/** What an answer means that does not switch protocols. */
export const refusal = (response: IncomingMessage): Effect.Effect<never, RemoteFailure.Refused> =>
  Effect.gen(function* () {
    const chunks = response[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
    const said = yield* RemoteRequest.excuse(
      Effect.map(
        Effect.tryPromise(() => chunks.next()),
        ({ done, value }) => (done === true ? undefined : value)
      )
    )
    const pause = RetryAfter.pauseOf(response.headers, yield* Clock.currentTimeMillis)
    const { location } = response.headers
    return yield* new RemoteFailure.Refused({
      status: response.statusCode ?? 0,
      said,
      ...(Option.isSome(pause) ? { pauseMs: Duration.toMillis(pause.value) } : {}),
      ...(location === undefined ? {} : { location })
    })
  })
