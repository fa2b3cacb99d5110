import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import * as Tone from "./Tone.ts"

/** What the stub does instead of answering. */
export interface Refusal {
  readonly status: number
  readonly message?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** How one chat request is answered. */
export interface ChatScript {
  /** Pieces of the answer. Default: a fixed answer that quotes the last user message. */
  readonly chunks?: ReadonlyArray<string>
  /** Pieces of reasoning (`reasoning_content`) before the answer. */
  readonly reasoning?: ReadonlyArray<string>
  /** Tools that are called after the text. */
  readonly calls?: ReadonlyArray<{ readonly id: string; readonly name: string; readonly arguments: string }>
  readonly firstDelayMs?: number
  /** Between pieces. 0 sends them all at once. */
  readonly delayMs?: number
  /** The connection is cut after so many pieces. */
  readonly breakAfter?: number
  /** The stream carries an error object after so many pieces. */
  readonly errorAfter?: number
  readonly refuse?: Refusal
}

/** How one speech request is answered: a tone as long as the text by default. */
export interface SpeechScript {
  readonly delayMs?: number
  readonly refuse?: Refusal
  /** Instead of the tone. */
  readonly body?: Uint8Array
}

export interface ChatMessage {
  readonly role: string
  readonly content: string | ReadonlyArray<Readonly<Record<string, unknown>>>
}

interface Exchange {
  /** Unix time in ms. */
  readonly startedAt: number
  readonly headers: IncomingMessage["headers"]
  /** Whether the client went before the answer was complete. */
  aborted: boolean
  /** Settles when the exchange is over, in whichever way. */
  readonly over: Promise<void>
}

export interface ChatRecord extends Exchange {
  readonly body: Readonly<Record<string, unknown>> & {
    readonly model: string
    readonly messages: ReadonlyArray<ChatMessage>
  }
  /** The last user message's text. */
  readonly text: string
}

export interface SpeechRecord extends Exchange {
  readonly body: Readonly<Record<string, unknown>> & { readonly input: string }
}

export interface StubOptions {
  readonly chat?: (request: ChatRecord, index: number) => ChatScript
  readonly speech?: (request: SpeechRecord, index: number) => SpeechScript
  /** ms of tone per character. Defaults to 60. */
  readonly msPerCharacter?: number
}

export interface Stub {
  /** Such as `http://127.0.0.1:40001`; the base URL of both APIs is this plus `/v1`. */
  readonly url: string
  readonly log: { readonly chats: Array<ChatRecord>; readonly speeches: Array<SpeechRecord> }
  readonly close: () => Promise<void>
}

/** Starts a server of OpenAI's `/v1/chat/completions` and `/v1/audio/speech` on a free port of 127.0.0.1. */
export const startStub = async (options: StubOptions = {}): Promise<Stub> => {
  const log: Stub["log"] = { chats: [], speeches: [] }
  const server = createServer((request, response) => {
    // A client that goes away mid-answer is an ordinary event here.
    handle(request, response).catch(() => response.destroy())
  })

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const body = JSON.parse(await textOf(request))
    const exchange = exchangeOf(request, response)
    if (request.url === "/v1/chat/completions") {
      const record: ChatRecord = Object.assign(exchange, { body, text: lastUserText(body.messages) })
      const index = log.chats.push(record) - 1
      return answerChat(response, record, options.chat?.(record, index) ?? {})
    }
    if (request.url === "/v1/audio/speech") {
      const record: SpeechRecord = Object.assign(exchange, { body })
      const index = log.speeches.push(record) - 1
      const script = options.speech?.(record, index) ?? {}
      return answerSpeech(response, record, script, options.msPerCharacter ?? 60)
    }
    refuse(response, { status: 404, message: "no such route" })
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

/** The answer that a chat request gets if the script names none. */
export const echo = (text: string): ReadonlyArray<string> =>
  `You said: ${text.trim()}. That is a fine thing to say. Let me know what comes next.`.split(/(?<= )/)

const answerChat = async (response: ServerResponse, record: ChatRecord, script: ChatScript) => {
  if (script.firstDelayMs !== undefined) await sleep(script.firstDelayMs)
  if (script.refuse !== undefined) return refuse(response, script.refuse)
  const pieces = [
    ...(script.reasoning ?? []).map((text) => ({ reasoning_content: text })),
    ...(script.chunks ?? (script.calls === undefined ? echo(record.text) : [])).map((text) => ({
      content: text
    })),
    ...(script.calls ?? []).map(({ id, name, arguments: input }, index) => ({
      tool_calls: [{ index, id, type: "function", function: { name, arguments: input } }]
    }))
  ]
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" })
  const cut = Math.min(script.breakAfter ?? Infinity, script.errorAfter ?? Infinity)
  const lines = pieces.slice(0, cut).map((delta) => chunk(record, delta, null))
  if (script.delayMs) {
    for (const [index, line] of lines.entries()) {
      if (record.aborted) return
      if (index > 0) await sleep(script.delayMs)
      response.write(line)
    }
  } else response.write(lines.join(""))
  if (script.breakAfter !== undefined) {
    // What has been written has to leave before the connection does.
    await sleep(20)
    return response.destroy()
  }
  if (script.errorAfter !== undefined) {
    return response.end('data: {"error":{"message":"the model fell over","type":"server_error"}}\n\n')
  }
  const reason = script.calls === undefined ? "stop" : "tool_calls"
  response.end(`${chunk(record, {}, reason)}data: [DONE]\n\n`)
}

const chunk = (record: ChatRecord, delta: object, finish: string | null) =>
  `data: {"id":"chatcmpl-stub","object":"chat.completion.chunk","created":1,"model":${JSON.stringify(record.body.model)},` +
  `"choices":[{"index":0,"delta":${JSON.stringify(delta)},"finish_reason":${JSON.stringify(finish)}}]}\n\n`

const contentTypes: Readonly<Record<string, string>> = {
  wav: "audio/wav",
  mp3: "audio/mpeg",
  flac: "audio/flac",
  opus: "audio/ogg"
}

const answerSpeech = async (
  response: ServerResponse,
  record: SpeechRecord,
  script: SpeechScript,
  msPerCharacter: number
) => {
  if (script.delayMs) await sleep(script.delayMs)
  if (script.refuse !== undefined) return refuse(response, script.refuse)
  if (record.aborted) return
  const format = String(record.body["response_format"] ?? "mp3")
  const body =
    script.body ??
    (format === "wav" ? Tone.wav(Math.max(200, record.body.input.length * msPerCharacter)) : fixture(format))
  response.writeHead(200, {
    "content-type": contentTypes[format] ?? "application/octet-stream",
    "content-length": body.length
  })
  response.end(body)
}

/** The compressed formats are the same short tone for every text. */
const fixture = (format: string) => readFileSync(new URL(`../audio/fixtures/tone.${format}`, import.meta.url))

const refuse = (response: ServerResponse, { status, message, headers }: Refusal) => {
  response.writeHead(status, { "content-type": "application/json", ...headers })
  response.end(JSON.stringify({ error: { message: message ?? `refused with ${status}`, type: "stub" } }))
}

const exchangeOf = (request: IncomingMessage, response: ServerResponse): Exchange => {
  const exchange = { startedAt: Date.now(), headers: request.headers, aborted: false }
  const over = new Promise<void>((resolve) =>
    response.once("close", () => {
      exchange.aborted = !response.writableFinished
      resolve()
    })
  )
  return Object.assign(exchange, { over })
}

const textOf = async (request: IncomingMessage) => {
  const chunks: Array<Buffer> = []
  for await (const part of request) chunks.push(part as Buffer)
  return Buffer.concat(chunks).toString("utf8")
}

const lastUserText = (messages: ReadonlyArray<ChatMessage>): string => {
  const content = messages.findLast(({ role }) => role === "user")?.content ?? ""
  if (typeof content === "string") return content
  return content
    .filter((part) => part["type"] === "text")
    .map((part) => String(part["text"]))
    .join(" ")
}
