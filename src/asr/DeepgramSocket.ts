import type { IncomingMessage } from "node:http"
import { Deferred, Effect, Option, Schema } from "effect"
import type { Scope } from "effect"
import { WebSocket } from "ws"
import * as RemoteFailure from "../engine/RemoteFailure.ts"
import * as RemoteSocket from "../engine/RemoteSocket.ts"
import * as Transcript from "./Transcript.ts"

/** Bytes of a message; one has the words of some seconds. */
const longestMessage = 2 ** 20
/** Bytes of what a server says of its refusal. */

/** Messages of the server as its API reference has them ("Streaming audio"); others say nothing here. */
const Message = Schema.Union(
  Schema.Struct({
    type: Schema.Literal("Results"),
    is_final: Schema.optional(Schema.Boolean),
    channel: Schema.Struct({
      alternatives: Schema.Array(Schema.Struct({ transcript: Schema.String }))
    })
  }),
  Schema.Struct({ type: Schema.Literal("Metadata") }),
  Schema.Struct({
    type: Schema.Literal("Error"),
    description: Schema.optional(Schema.String),
    message: Schema.optional(Schema.String)
  }),
  Schema.Struct({
    type: Schema.transform(
      Schema.String.pipe(Schema.filter((type) => !["Results", "Metadata", "Error"].includes(type))),
      Schema.Literal("Other"),
      { decode: () => "Other" as const, encode: (type) => type }
    )
  })
)
const decode = Schema.decodeUnknownOption(Schema.parseJson(Message))

/** An open connection, which hears one utterance. */
export interface DeepgramSocket {
  /** Samples, or a message about them; waits until they are on their way. */
  readonly send: (data: Uint8Array | { readonly type: string }) => Effect.Effect<void>
  /** The transcript so far: what is certain of it, and what still may change. */
  readonly heard: () => string
  /** The whole transcript, when the server has said all of it. */
  readonly over: Effect.Effect<string, RemoteFailure.RemoteFailure>
}

export interface Options {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** Letters of scripts that have no spaces between words. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}，。、！？：；]$/u

const joined = (parts: ReadonlyArray<string>): string =>
  parts.reduce((text, part) => {
    if (text === "" || part === "") return text + part
    return unspaced.test(text) ? text + part : `${text} ${part}`
  }, "")

export const brokenOff = new RemoteFailure.Unanswered({ reason: "broken-off" })

/** Connects; closing the scope closes the connection at once. */
export const open = ({
  headers,
  url
}: Options): Effect.Effect<DeepgramSocket, RemoteFailure.RemoteFailure, Scope.Scope> =>
  Effect.gen(function* () {
    const over = yield* Deferred.make<string, RemoteFailure.RemoteFailure>()
    const parts: Array<string> = []
    let uncertain = ""
    /** Of what is certain. */
    let length = 0
    let closing = false
    const heard = () => joined([...parts, uncertain])
    const ended = (outcome: Effect.Effect<string, RemoteFailure.RemoteFailure>) =>
      Deferred.unsafeDone(over, outcome)

    const connecting = Effect.sync(() => {
      const socket = new WebSocket(url, { headers, maxPayload: longestMessage, perMessageDeflate: false })
      // From the first moment on: an error that nobody hears ends the server, and cutting what is not there yet is one.
      return socket.on("error", () => undefined)
    })
    const socket = yield* Effect.acquireRelease(connecting, (socket) => Effect.sync(() => socket.terminate()))

    socket.on("message", (data, isBinary) => {
      const message = isBinary ? Option.none() : decode(String(data))
      if (Option.isNone(message)) return ended(Transcript.none)
      const said = message.value
      if (said.type === "Results") {
        const text = said.channel.alternatives[0]?.transcript.trim() ?? ""
        if (said.is_final === true) length += text.length
        if (Transcript.isTooLong(length + text.length)) return ended(Transcript.none)
        if (said.is_final === true && text !== "") parts.push(text)
        uncertain = said.is_final === true ? "" : text
      }
      if (said.type === "Metadata" && closing) ended(Effect.succeed(heard()))
      if (said.type === "Error") ended(reported(said.description ?? said.message ?? "Error"))
    })
    // A reason such as "NET-0001 …" comes with the end of the connection.
    socket.on("close", (code, reason) => {
      if (closing && code === 1000) return ended(Effect.succeed(heard()))
      ended(reason.length > 0 ? reported(reason.toString()) : brokenOff)
    })

    yield* Effect.async<void, RemoteFailure.RemoteFailure>((resume) => {
      socket.once("open", () => resume(Effect.void))
      // It stays: what comes after the connection was there is told by its end.
      socket.on("error", (cause) => resume(RemoteFailure.ofConnection(cause)))
      socket.once("unexpected-response", (_, response: IncomingMessage) => resume(refusalOf(response)))
    })

    return {
      heard,
      over: Deferred.await(over),
      send: (data) =>
        Effect.async<void>((resume) => {
          const isSound = data instanceof Uint8Array
          closing ||= !isSound && data.type === "CloseStream"
          socket.send(isSound ? data : JSON.stringify(data), (cause) => {
            if (cause) ended(brokenOff)
            resume(Effect.void)
          })
        })
    }
  })

const reported = (said: string) => new RemoteFailure.Reported({ said })

/** The server's words come as the answer's body, or in a header of its own. */
const refusalOf = (response: IncomingMessage): Effect.Effect<never, RemoteFailure.Refused> =>
  Effect.catchAll(RemoteSocket.refusal(response), (failure) => {
    const said = failure.said || String(response.headers["dg-error"] ?? "")
    return new RemoteFailure.Refused({ ...failure, said })
  })
