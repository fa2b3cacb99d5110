import type { ServerResponse } from "node:http"
import { setTimeout as sleep } from "node:timers/promises"

/** What the stub does instead of answering. */
export interface Refusal {
  readonly status: number
  readonly message?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Instead of OpenAI's shape of an error with the message. */
  readonly body?: string
}

export interface ScriptedCall {
  readonly id: string
  readonly name: string
  /** JSON, or pieces of it. */
  readonly arguments: string | ReadonlyArray<string>
  /** Gemini's `thought_signature`. */
  readonly signature?: string
}

/** How one chat request is answered. */
export interface ChatScript {
  /** Pieces of the answer. Default: a fixed answer that quotes the last user message. */
  readonly chunks?: ReadonlyArray<string>
  /** Pieces of reasoning before the answer. */
  readonly reasoning?: ReadonlyArray<string>
  /** Anthropic's signature of the reasoning. */
  readonly signature?: string
  /** Calls of tools after the answer. */
  readonly calls?: ReadonlyArray<ScriptedCall>
  /** Why it ends, in OpenAI's words. Default: `stop`, or `tool_calls` after calls. */
  readonly finish?: string
  readonly firstDelayMs?: number
  /** Between pieces. 0 sends them all at once. */
  readonly delayMs?: number
  /** The connection is cut after so many pieces. */
  readonly breakAfter?: number
  /** The stream carries an error object after so many pieces. */
  readonly errorAfter?: number
  /** The stream carries something that is no JSON after so many pieces. */
  readonly garbageAfter?: number
  readonly refuse?: Refusal
}

type Piece =
  | { readonly is: "reasoning" | "text"; readonly text: string }
  | { readonly is: "call"; readonly index: number; readonly call: ScriptedCall }
  | { readonly is: "input"; readonly index: number; readonly text: string }

/** How an API writes an answer, as lines of server-sent events. */
export interface Dialect {
  readonly begin: (script: ChatScript) => string
  readonly piece: (piece: Piece) => string
  readonly end: (finish: string, script: ChatScript) => string
  readonly error: (message: string) => string
}

const piecesOf = ({ calls = [], chunks = [], reasoning = [] }: ChatScript): ReadonlyArray<Piece> => [
  ...reasoning.map((text): Piece => ({ is: "reasoning", text })),
  ...chunks.map((text): Piece => ({ is: "text", text })),
  ...calls.flatMap((call, index): ReadonlyArray<Piece> => [
    { is: "call", index, call },
    ...[call.arguments].flat().map((text): Piece => ({ is: "input", index, text }))
  ])
]

/** Answers one request as the script says. `exchange.aborted`: the client has gone. */
export const give = async (
  response: ServerResponse,
  exchange: { readonly aborted: boolean },
  script: ChatScript,
  dialect: Dialect
): Promise<void> => {
  if (script.firstDelayMs !== undefined) await sleep(script.firstDelayMs)
  if (script.refuse !== undefined) return refuse(response, script.refuse)
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" })
  const { breakAfter, errorAfter, garbageAfter } = script
  const cut = Math.min(breakAfter ?? Infinity, errorAfter ?? Infinity, garbageAfter ?? Infinity)
  response.write(dialect.begin(script))
  const lines = piecesOf(script).slice(0, cut).map(dialect.piece)
  if (script.delayMs) {
    for (const [index, line] of lines.entries()) {
      if (exchange.aborted) return
      if (index > 0) await sleep(script.delayMs)
      response.write(line)
    }
  } else response.write(lines.join(""))
  if (breakAfter !== undefined) {
    // What has been written has to leave before the connection does.
    response.flushHeaders()
    await sleep(20)
    return void response.destroy()
  }
  if (errorAfter !== undefined) return void response.end(dialect.error("the model fell over"))
  if (garbageAfter !== undefined) return void response.end("data: <html>Bad gateway</html>\n\n")
  response.end(
    dialect.end(script.finish ?? ((script.calls ?? []).length > 0 ? "tool_calls" : "stop"), script)
  )
}

export const refuse = (response: ServerResponse, { body, headers, message, status }: Refusal): void => {
  response.writeHead(status, { "content-type": "application/json", ...headers })
  response.end(
    body ?? JSON.stringify({ error: { message: message ?? `refused with ${status}`, type: "stub" } })
  )
}

const data = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`
const streamError = (message: string) => data({ error: { message, type: "server_error" } })

/** In which field a server of chat completions puts what a model thinks. */
export type ReasoningIn = "reasoning_content" | "reasoning" | "reasoning_details" | "content"

const reasoningOf = (field: ReasoningIn, text: string) => {
  if (field === "content") return { content: [{ type: "thinking", thinking: [{ type: "text", text }] }] }
  if (field !== "reasoning_details") return { [field]: text }
  return { reasoning: text, reasoning_details: [{ type: "reasoning.text", text, index: 0 }] }
}

const deltaOf = (field: ReasoningIn, piece: Piece) => {
  switch (piece.is) {
    case "reasoning":
      return reasoningOf(field, piece.text)
    case "text":
      return { content: piece.text }
    case "call": {
      const { id, name, signature } = piece.call
      const extra_content = signature && { google: { thought_signature: signature } }
      const call = { index: piece.index, id, type: "function", function: { name, arguments: "" } }
      return { tool_calls: [{ ...call, ...(extra_content && { extra_content }) }] }
    }
    case "input":
      return { tool_calls: [{ index: piece.index, function: { arguments: piece.text } }] }
  }
}

/** OpenAI's chat completions. */
export const chatCompletions = (model: string, field: ReasoningIn = "reasoning_content"): Dialect => {
  const chunk = (delta: object, finish_reason: string | null) =>
    data({
      id: "chatcmpl-stub",
      object: "chat.completion.chunk",
      created: 1,
      model,
      choices: [{ index: 0, delta, finish_reason }]
    })
  return {
    begin: () => "",
    piece: (piece) => chunk(deltaOf(field, piece), null),
    end: (finish) => `${chunk({}, finish)}data: [DONE]\n\n`,
    error: streamError
  }
}

/** OpenAI's completions: the continuation of a text. */
export const completions = (model: string): Dialect => {
  const chunk = (text: string, finish_reason: string | null) =>
    data({ id: "cmpl-stub", object: "text_completion", model, choices: [{ index: 0, text, finish_reason }] })
  return {
    begin: () => "",
    piece: (piece) => (piece.is === "text" ? chunk(piece.text, null) : ""),
    end: (finish) => `${chunk("", finish)}data: [DONE]\n\n`,
    error: streamError
  }
}

/** llama.cpp's own form of the same. */
export const llamaCpp: Dialect = {
  begin: () => "",
  piece: (piece) => (piece.is === "text" ? data({ content: piece.text, stop: false }) : ""),
  end: (finish) => data({ content: "", stop: true, stop_type: finish === "length" ? "limit" : "eos" }),
  error: streamError
}

const stopReasons: Readonly<Record<string, string>> = {
  stop: "end_turn",
  tool_calls: "tool_use",
  length: "max_tokens",
  content_filter: "refusal"
}

/** Anthropic's messages. */
export const anthropic = (model: string): Dialect => {
  const event = (value: { readonly type: string; readonly [key: string]: unknown }) =>
    `event: ${value.type}\n${data(value)}`
  const usage = { input_tokens: 1, output_tokens: 1 }
  let index = -1
  let open: string | undefined
  const close = (signature?: string) => {
    if (open === undefined) return ""
    const signed =
      open === "reasoning" && signature !== undefined
        ? event(deltaAt({ type: "signature_delta", signature }))
        : ""
    open = undefined
    return signed + event({ type: "content_block_stop", index })
  }
  const deltaAt = (delta: object) => ({ type: "content_block_delta", index, delta })
  let signature: string | undefined
  const begin = (kind: string, content_block: object) => {
    if (open === kind) return ""
    const closed = close(signature)
    index++
    open = kind
    return closed + event({ type: "content_block_start", index, content_block })
  }
  return {
    begin: (script) => {
      signature = script.signature
      const message = { id: "m", type: "message", role: "assistant", model, content: [], usage }
      return event({ type: "message_start", message })
    },
    piece: (piece) => {
      switch (piece.is) {
        case "reasoning":
          return (
            begin("reasoning", { type: "thinking", thinking: "", signature: "" }) +
            event(deltaAt({ type: "thinking_delta", thinking: piece.text }))
          )
        case "text":
          return (
            begin("text", { type: "text", text: "" }) +
            event(deltaAt({ type: "text_delta", text: piece.text }))
          )
        case "call": {
          const { id, name } = piece.call
          return begin(id, { type: "tool_use", id, name, input: {} })
        }
        case "input":
          return event(deltaAt({ type: "input_json_delta", partial_json: piece.text }))
      }
    },
    end: (finish) =>
      close(signature) +
      event({ type: "message_delta", delta: { stop_reason: stopReasons[finish] }, usage }) +
      event({ type: "message_stop" }),
    error: (message) => event({ type: "error", error: { type: "api_error", message } })
  }
}
