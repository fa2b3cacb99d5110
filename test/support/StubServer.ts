import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { Arrivals } from "./Arrivals.ts"
import * as ChatAnswer from "./ChatAnswer.ts"
import type { ChatScript, ReasoningIn, Refusal } from "./ChatAnswer.ts"
import * as Tone from "./Tone.ts"

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

export interface Exchange {
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

/** A request of Ollama's own API that loads or unloads a model. */
export interface LoadRecord extends Exchange {
  readonly body: Readonly<Record<string, unknown>>
}

export interface StubOptions {
  /** Defaults to any free one. */
  readonly port?: number
  /** The field for what a model thinks. Defaults to `reasoning_content`. */
  readonly reasoningIn?: ReasoningIn
  /** Loading a model takes as long as this. */
  readonly load?: (request: LoadRecord, index: number) => Promise<void>
  readonly chat?: (request: ChatRecord, index: number) => ChatScript
  readonly speech?: (request: SpeechRecord, index: number) => SpeechScript
  /** ms of tone per character. Defaults to 60. */
  readonly msPerCharacter?: number
  /** Told when an answer begins, and how long it was waited for since the request was there, in ms. */
  readonly onAnswer?: (request: ChatRecord | SpeechRecord, ms: number) => void
  /** What further paths answer, as JSON. */
  readonly others?: Readonly<Record<string, () => unknown>>
}

export interface Stub {
  /** Such as `http://127.0.0.1:40001`; the base URL of both APIs is this plus `/v1`. */
  readonly url: string
  readonly log: {
    readonly chats: Arrivals<ChatRecord>
    readonly loads: Arrivals<LoadRecord>
    readonly speeches: Arrivals<SpeechRecord>
  }
  readonly close: () => Promise<void>
}

/**
 * Starts a server of OpenAI's `/v1/chat/completions`, `/v1/completions` and `/v1/audio/speech` and of Ollama's
 * `/api/generate` on 127.0.0.1.
 */
export const startStub = async (options: StubOptions = {}): Promise<Stub> => {
  const log: Stub["log"] = { chats: new Arrivals(), loads: new Arrivals(), speeches: new Arrivals() }
  const server = createServer((request, response) => {
    // A client that goes away mid-answer is an ordinary event here.
    handle(request, response).catch(() => response.destroy())
  })

  /** Whatever becomes of the answer, it begins with its head. */
  const timed = (record: ChatRecord | SpeechRecord, response: ServerResponse) => {
    const { onAnswer } = options
    if (onAnswer === undefined) return
    const since = performance.now()
    const writeHead = response.writeHead.bind(response) as (...head: ReadonlyArray<unknown>) => ServerResponse
    response.writeHead = (...head: ReadonlyArray<unknown>) => {
      onAnswer(record, performance.now() - since)
      return writeHead(...head)
    }
  }

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const other = options.others?.[request.url ?? ""]
    if (other !== undefined) return void response.end(JSON.stringify(other()))
    const body = JSON.parse(await textOf(request))
    const exchange = exchangeOf(request, response)
    if (["/v1/chat/completions", "/v1/completions", "/completion"].includes(request.url ?? "")) {
      const isChat = body.messages !== undefined
      const text = isChat ? lastUserText(body.messages) : String(body.prompt)
      const record: ChatRecord = Object.assign(exchange, { body, text })
      timed(record, response)
      const index = log.chats.push(record) - 1
      const script = options.chat?.(record, index) ?? {}
      const plain = request.url === "/completion" ? ChatAnswer.llamaCpp : ChatAnswer.completions(body.model)
      const dialect = isChat ? ChatAnswer.chatCompletions(body.model, options.reasoningIn) : plain
      const answer = script.calls === undefined ? { chunks: echo(text), ...script } : script
      return ChatAnswer.give(response, record, answer, dialect)
    }
    if (request.url === "/api/generate") {
      const record: LoadRecord = Object.assign(exchange, { body })
      const index = log.loads.push(record) - 1
      await options.load?.(record, index)
      response.writeHead(200, { "content-type": "application/json" })
      return response.end(JSON.stringify({ model: body.model, done: true, done_reason: "load" }))
    }
    if (request.url === "/v1/audio/speech") {
      const record: SpeechRecord = Object.assign(exchange, { body })
      timed(record, response)
      const index = log.speeches.push(record) - 1
      const script = options.speech?.(record, index) ?? {}
      return answerSpeech(response, record, script, options.msPerCharacter ?? 60)
    }
    ChatAnswer.refuse(response, { status: 404, message: "no such route" })
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(options.port ?? 0, "127.0.0.1", resolve)
  })
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
  if (script.refuse !== undefined) return ChatAnswer.refuse(response, script.refuse)
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

export const exchangeOf = (request: IncomingMessage, response: ServerResponse): Exchange => {
  const exchange = { startedAt: Date.now(), headers: request.headers, aborted: false }
  const over = new Promise<void>((resolve) =>
    response.once("close", () => {
      exchange.aborted = !response.writableFinished
      resolve()
    })
  )
  return Object.assign(exchange, { over })
}

export const textOf = async (request: IncomingMessage) => {
  const chunks: Array<Buffer> = []
  for await (const part of request) chunks.push(part as Buffer)
  return Buffer.concat(chunks).toString("utf8")
}

export const lastUserText = (messages: ReadonlyArray<ChatMessage>): string => {
  const content = messages.findLast(({ role }) => role === "user")?.content ?? ""
  if (typeof content === "string") return content
  return content
    .filter((part) => part["type"] === "text")
    .map((part) => String(part["text"]))
    .join(" ")
}
