import { once } from "node:events"
import { Option, Schema } from "effect"
import { createWebSocketStream, WebSocket } from "ws"
import { Refused, Unanswered } from "../engine/RemoteFailure.ts"
import { say } from "../language/Text.ts"

/** Longest message in bytes: twice what a sentence's sound may have. */
const longest = 16 * 2 ** 20

const Scores = Schema.Struct({
  prosody: Schema.optional(
    Schema.NullOr(Schema.Struct({ scores: Schema.Record({ key: Schema.String, value: Schema.Number }) }))
  )
})

const id = Schema.optional(Schema.NullOr(Schema.String))

/** The messages that matter here. */
const Known = Schema.Union(
  Schema.Struct({ type: Schema.Literal("chat_metadata"), chat_group_id: Schema.String }),
  Schema.Struct({
    type: Schema.Literal("assistant_message"),
    id,
    message: Schema.Struct({ content: Schema.optional(Schema.NullOr(Schema.String)) }),
    models: Schema.optional(Schema.NullOr(Scores))
  }),
  Schema.Struct({ type: Schema.Literal("audio_output"), id, data: Schema.String }),
  Schema.Struct({ type: Schema.Literal("assistant_end", "user_interruption") }),
  Schema.Struct({ type: Schema.Literal("error"), message: Schema.String })
)
export type HumeMessage = typeof Known.Type

const knownTypes = new Set(
  Known.members.flatMap(({ fields }) => fields.type.literals as ReadonlyArray<string>)
)

const decode = Schema.decodeUnknownOption(
  Schema.parseJson(Schema.Union(Known, Schema.Struct({ type: Schema.String })))
)

/** `undefined` for messages that say nothing here. */
const readMessage = (data: unknown): HumeMessage | undefined => {
  const message = decode(String(data))
  if (message._tag === "Some") {
    if (isKnown(message.value)) return message.value
    if (!knownTypes.has(message.value.type)) return undefined
  }
  throw new Unanswered({ reason: "unreadable", detail: say("agent.sentNoEvi") })
}

const isKnown = Schema.is(Known)

/** Whether it is no part of an answer. */
const saysNothing = (data: unknown): boolean => {
  const type = Option.getOrUndefined(decode(String(data)))?.type
  return type !== undefined && (type === "chat_metadata" || !knownTypes.has(type))
}

/** One connection to EVI. At most one answer is read from it at a time. */
export interface HumeChat {
  readonly isOpen: () => boolean
  /** Says something and gives the messages of the answer. One that is aborted before its end closes the connection. */
  readonly ask: (text: string, signal: AbortSignal) => AsyncIterable<HumeMessage>
  readonly close: () => void
}

export interface Options {
  readonly url: string
  /** What is sent before anything is said. */
  readonly settings: object | undefined
  /** Told of the name under which this conversation can be gone on with. */
  readonly onGroup: (id: string) => void
}

export const open = async ({ onGroup, settings, url }: Options, signal: AbortSignal): Promise<HumeChat> => {
  const socket = new WebSocket(url, { maxPayload: longest, perMessageDeflate: false })
  // It reads no more from the network than is taken from it. The first message may come with the connection itself.
  const messages = createWebSocketStream(socket, { readableObjectMode: true, decodeStrings: false })
  // Reading them, or waiting for the connection, fails too.
  messages.on("error", () => undefined)
  try {
    await once(socket, "open", { signal })
  } catch (cause) {
    socket.terminate()
    throw refusalOf(cause)
  }
  const reader = messages[Symbol.asyncIterator]() as AsyncIterator<unknown>
  if (settings !== undefined) socket.send(JSON.stringify(settings))

  /** The message that is waited for: a turn takes over what was waited for between turns. */
  let coming: Promise<IteratorResult<unknown>> | undefined
  let asked = false
  const next = () => (coming ??= reader.next().finally(() => (coming = undefined)))

  /** What EVI says of its own accord would be taken for the next answer: nothing more is read from that connection. */
  const watch = (): void =>
    void next().then(
      ({ done, value }) => {
        if (asked || done === true) return
        if (saysNothing(value)) watch()
        else socket.terminate()
      },
      () => undefined
    )

  /** `ended`: told when the answer is complete. */
  async function* answer(ended: () => void): AsyncGenerator<HumeMessage> {
    for (;;) {
      const { done, value } = await next().catch((cause: unknown) => {
        throw new Unanswered({ reason: "no-connection", cause })
      })
      if (done === true) throw new Unanswered({ reason: "no-connection", cause: { code: "ECONNRESET" } })
      const message = readMessage(value)
      if (message?.type === "chat_metadata") onGroup(message.chat_group_id)
      if (message?.type === "assistant_end") ended()
      if (message !== undefined) yield message
      if (message?.type === "assistant_end") return
    }
  }

  return {
    isOpen: () => socket.readyState === WebSocket.OPEN,
    ask: (text, signal) => {
      const abort = () => socket.terminate()
      signal.addEventListener("abort", abort, { once: true })
      if (signal.aborted) abort()
      else socket.send(JSON.stringify({ type: "user_input", text }))
      asked = true
      return answer(() => {
        signal.removeEventListener("abort", abort)
        asked = false
        watch()
      })
    },
    close: () => socket.terminate()
  }
}

/** `ws` tells a refusal by its status, in words only. */
const refusalOf = (cause: unknown): unknown => {
  const status = /^Unexpected server response: (\d{3})$/.exec(
    cause instanceof Error ? cause.message : ""
  )?.[1]
  return status === undefined ? cause : new Refused({ status: Number(status), said: "" })
}
