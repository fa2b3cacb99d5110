import { createParser } from "eventsource-parser"
import { Schema } from "effect"
import * as BodyText from "../engine/BodyText.ts"
import { Reported, Unanswered } from "../engine/RemoteFailure.ts"
import { say } from "../language/Text.ts"

/** Longest event, in characters: twice what a sentence's sound may have. */
const longest = 16 * 2 ** 20

const Text = Schema.Struct({ type: Schema.Literal("text"), text: Schema.String })
const Think = Schema.Struct({ type: Schema.Literal("think"), text: Schema.String })
const Tool = Schema.Struct({
  type: Schema.Literal("tool"),
  id: Schema.String,
  name: Schema.String,
  status: Schema.Literal("running", "completed", "error"),
  content: Schema.optionalWith(Schema.String, { default: () => "" })
})
/** A sentence with its sound: a WAV, MP3, FLAC or Ogg Opus file in base64. */
const Audio = Schema.Struct({ type: Schema.Literal("audio"), text: Schema.String, audio: Schema.String })
const Failed = Schema.Struct({ type: Schema.Literal("error"), message: Schema.String })

/** What a webhook may say. */
export const WebhookEvent = Schema.Union(Text, Think, Tool, Audio, Failed)
export type WebhookEvent = typeof WebhookEvent.Type

const decode = Schema.decodeUnknownEither(Schema.parseJson(WebhookEvent))

const readEvent = (json: string, type: string): WebhookEvent => {
  const event = decode(json)
  if (event._tag === "Left")
    throw new Unanswered({
      reason: "unreadable",
      // What stands in it may be private; what is wrong with it is in the documentation.
      detail: say("agent.sentNoEvent", type)
    })
  if (event.right.type === "error") throw new Reported({ said: event.right.message })
  return event.right
}

/** The events of an answer as they come, in any of the forms that a webhook may choose by its `Content-Type`. */
export const of = (response: Response): AsyncIterable<WebhookEvent> => {
  const type = (response.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase()
  const texts = BodyText.pieces(response)
  if (type === "text/event-stream") return serverSentEvents(texts, type)
  if (/^application\/(x-ndjson|ndjson|jsonl|x-jsonlines|jsonlines|json|stream\+json)$/.test(type))
    return lines(texts, type)
  if (type === "text/plain") return plain(texts)
  throw new Unanswered({
    reason: "unreadable",
    detail:
      type === "" ? say("agent.noContentType") : say("agent.strangeType", JSON.stringify(type.slice(0, 60)))
  })
}

async function* plain(texts: AsyncIterable<string>): AsyncGenerator<WebhookEvent> {
  for await (const text of texts) if (text !== "") yield { type: "text", text }
}

async function* serverSentEvents(texts: AsyncIterable<string>, type: string): AsyncGenerator<WebhookEvent> {
  const come: Array<string> = []
  const parser = createParser({
    maxBufferSize: longest,
    onEvent: ({ data }) => void come.push(data),
    onError: (error) => {
      if (error.type === "max-buffer-size-exceeded") throw tooLong()
    }
  })
  for await (const text of texts) {
    parser.feed(text)
    for (const data of come.splice(0)) {
      if (data.trim() === "[DONE]") return
      yield readEvent(data, type)
    }
  }
}

async function* lines(texts: AsyncIterable<string>, type: string): AsyncGenerator<WebhookEvent> {
  let open: Array<string> = []
  let length = 0
  for await (const text of texts) {
    const [head = "", ...rest] = text.split("\n")
    open.push(head)
    length += head.length
    if (length > longest) throw tooLong()
    for (const next of rest) {
      const line = open.join("").trim()
      if (line !== "") yield readEvent(line, type)
      open = [next]
      length = next.length
    }
  }
  const line = open.join("").trim()
  if (line !== "") yield readEvent(line, type)
}

const tooLong = () =>
  new Unanswered({ reason: "unreadable", detail: say("engine.sentTooLongEvent", longest / 2 ** 20) })
