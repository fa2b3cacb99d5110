import { Effect, Either, ParseResult, Schema } from "effect"
import type { Scope } from "effect"
import type { ClientOptions } from "ws"
import { ServerMessage } from "../src/protocol/ServerMessage.ts"
import { TooLate } from "./Row.ts"
import * as SocketTalk from "../test/support/SocketTalk.ts"
import * as WebClient from "../test/support/WebClient.ts"

export type Messages = ReadonlyArray<ServerMessage>
type OfType<Type extends ServerMessage["type"]> = Extract<ServerMessage, { readonly type: Type }>
type Is = (message: ServerMessage) => boolean

/** A client that has been greeted. Each wait begins where the one before has ended. */
export interface Talk {
  readonly client: WebClient.WebClient
  /** What the server sent by itself. */
  readonly opening: Messages
  readonly clientUid: string
  readonly send: (message: object | string) => Effect.Effect<void>
  /** All messages up to the first that `is`, which is the last of them. `what` it is goes into the failure. */
  readonly until: (what: string, is: Is) => Effect.Effect<Messages, TooLate>
  /** The next message of a type; what comes before it is passed over. */
  readonly next: <Type extends ServerMessage["type"]>(type: Type) => Effect.Effect<OfType<Type>, TooLate>
  /** Everything that has come by the time the server has answered all that was sent. */
  readonly settle: Effect.Effect<Messages, TooLate>
  /** Sends, and gives everything that came of it. Not for what runs in the background. */
  readonly request: (message: object | string) => Effect.Effect<Messages, TooLate>
  /** Sends what starts a turn, plays what comes, and gives everything until the turn's end. */
  readonly turn: (message: object) => Effect.Effect<Messages, TooLate>
  readonly say: (text: string) => Effect.Effect<Messages, TooLate>
  /** Creates a conversation and makes it the current one. */
  readonly begin: Effect.Effect<string, TooLate>
  /** A stored conversation, as `role content` lines. */
  readonly story: (uid: string) => Effect.Effect<ReadonlyArray<string>, TooLate>
  /** What was wrong with the shape of messages so far. */
  readonly malformed: Effect.Effect<ReadonlyArray<string>>
}

export const control =
  (text: string): Is =>
  (message) =>
    message.type === "control" && message.text === text
export const typed =
  (type: string): Is =>
  (message) =>
    message.type === type
export const ended = control("conversation-chain-end")

export const ofType = <Type extends ServerMessage["type"]>(messages: Messages, type: Type) =>
  messages.filter((message): message is OfType<Type> => message.type === type)

/** The texts of a turn's sentences. */
export const texts = (messages: Messages): ReadonlyArray<string> =>
  SocketTalk.spoken(messages).map(({ display_text }) => display_text?.text ?? "")

/** Messages in a few words each. */
export const kinds = (messages: Messages): ReadonlyArray<string> => messages.map(SocketTalk.summary)

const decode = Schema.decodeUnknownEither(ServerMessage)

const shapeOf = (message: ServerMessage): ReadonlyArray<string> =>
  Either.match(decode(message), {
    onLeft: (error) => {
      const [issue] = ParseResult.ArrayFormatter.formatErrorSync(error)
      const type = String((message as { type?: unknown }).type)
      return [`${type} has a wrong shape: ${issue!.path.join(".")} ${issue!.message.split("\n", 1)[0]}`]
    },
    onRight: () => []
  })

/**
 * Opens a connection to `path` (`/client-ws`) and waits until it has been greeted. `url`: `http://...`. `patience`: how long it
 * waits for any one message, in ms.
 */
export const open = (
  url: string,
  patience: number,
  options?: ClientOptions,
  path?: string
): Effect.Effect<Talk, Error, Scope.Scope> =>
  Effect.gen(function* () {
    const client = yield* WebClient.connect(url, options, path)
    let seen = 0

    const until = (what: string, is: Is) =>
      client
        .until(() => {
          const at = client.received.findIndex((message, index) => index >= seen && is(message))
          return at < 0 ? undefined : at + 1
        })
        .pipe(
          Effect.map((end) => {
            const messages = client.received.slice(seen, end)
            seen = end
            return messages
          }),
          Effect.timeoutFail({
            duration: patience,
            onTimeout: () => {
              const came = kinds(client.received.slice(seen)).join(", ") || "nothing"
              return new TooLate({
                message: `${what} did not come within ${patience / 1000} s; came: ${came}`
              })
            }
          })
        )

    const next = <Type extends ServerMessage["type"]>(type: Type) =>
      Effect.map(until(type, typed(type)), (messages) => messages.at(-1) as OfType<Type>)

    const settle = client.send({ type: "heartbeat" }).pipe(
      Effect.zipRight(until("heartbeat-ack", typed("heartbeat-ack"))),
      Effect.map((messages) => messages.slice(0, -1))
    )

    /** Reports playback after each `backend-synth-complete`, as the web page does. */
    const toEnd = (before: Messages): Effect.Effect<Messages, TooLate> =>
      until(
        "conversation-chain-end",
        (message) => message.type === "backend-synth-complete" || ended(message)
      ).pipe(
        Effect.flatMap((messages) => {
          const all = [...before, ...messages]
          return ended(messages.at(-1)!)
            ? Effect.succeed(all)
            : Effect.zipRight(client.send({ type: "frontend-playback-complete" }), toEnd(all))
        })
      )
    const turn = (message: object) => Effect.zipRight(client.send(message), toEnd([]))

    const story = Effect.fnUntraced(function* (history_uid: string) {
      yield* client.send({ type: "fetch-and-set-history", history_uid })
      return (yield* next("history-data")).messages.map(({ content, role }) => `${role} ${content}`)
    })

    const opening = yield* until("control start-mic", control("start-mic"))
    const talk: Talk = {
      client,
      opening,
      clientUid: ofType(opening, "set-model-and-conf")[0]?.client_uid ?? "",
      send: client.send,
      until,
      next,
      settle,
      request: (message) => Effect.zipRight(client.send(message), settle),
      turn,
      say: (text) => turn({ type: "text-input", text, images: [] }),
      begin: client.send({ type: "create-new-history" }).pipe(
        Effect.zipRight(next("new-history-created")),
        Effect.map(({ history_uid }) => history_uid)
      ),
      story,
      malformed: Effect.sync(() => client.received.flatMap(shapeOf))
    }
    return talk
  })
