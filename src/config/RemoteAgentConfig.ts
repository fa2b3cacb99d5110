import { Schema } from "effect"
import * as Fields from "./Fields.ts"
import * as HttpFields from "./HttpFields.ts"

export const segmentMethod = Fields.withDefault(
  Fields.Choice("regex", "pysbd"),
  "pysbd",
  "How a model's answer is cut into sentences: a library does, whatever this says."
)

export const fasterFirstResponse = Fields.withDefault(
  Fields.Flag,
  true,
  "Whether the first sentence may be cut at its first comma, to be heard sooner."
)

const timeout = Fields.withDefault(
  Fields.FloatIn({ min: 1, max: 3600 }),
  120,
  "Longest time in which the agent says nothing, in seconds, before its answer and within it."
)

const Mem0Part = Schema.Struct({
  provider: Fields.required(Fields.Text, "mem0's name of it."),
  config: Fields.required(Fields.Anything, "What mem0 is told of it.")
})

export const Mem0AgentConfig = Schema.Struct({
  vector_store: Fields.required(Fields.section(Mem0Part), "Where memories are kept."),
  llm: Fields.required(Fields.section(Mem0Part), "The language model, which answers too."),
  embedder: Fields.required(Fields.section(Mem0Part), "What makes memories comparable."),
  host: Fields.withDefault(Fields.HttpUrl, "http://localhost:8888", "Where mem0's own REST server is."),
  api_key: Fields.maybe(HttpFields.HeaderKey, "The server's key, if it asks for one."),
  user_id: Fields.maybe(
    Fields.NonEmptyText,
    "Whose memories they are. Without the key: the character's `human_name`. A person whom a client names has their own."
  )
})
export type Mem0AgentConfig = typeof Mem0AgentConfig.Type

export const HumeAiAgentConfig = Schema.Struct({
  api_key: Fields.required(Fields.Secret, "The account's key."),
  host: Fields.withDefault(
    HttpFields.Host("wss", "ws", "https", "http"),
    "api.hume.ai",
    "A host name; for a server of one's own without TLS an address that begins with `ws://` or `http://`."
  ),
  config_id: Fields.maybe(Fields.Text, "The id of a configuration that was made at Hume."),
  idle_timeout: Fields.withDefault(
    Fields.IntIn({ min: 1 }),
    15,
    "Seconds without a turn after which the connection is closed; the next turn opens it again."
  )
})
export type HumeAiAgentConfig = typeof HumeAiAgentConfig.Type

export const LettaAgentConfig = Schema.Struct({
  host: Fields.withDefault(
    HttpFields.Host("http", "https"),
    "localhost",
    "A host name, or an address with its scheme, such as `https://api.letta.com`."
  ),
  port: Fields.maybe(
    Fields.IntIn({ min: 1, max: 65_535 }),
    "The server's port, where `host` names none. Without the key: 8283 for a host name, and what its scheme says for an address."
  ),
  id: Fields.required(Fields.NonEmptyText, "The agent's id on that server."),
  api_key: Fields.maybe(HttpFields.HeaderKey, "The server's key, if it asks for one."),
  faster_first_response: fasterFirstResponse,
  segment_method: segmentMethod
})
export type LettaAgentConfig = typeof LettaAgentConfig.Type

const headers = Fields.withDefault(HttpFields.Headers, {}, "HTTP headers that are sent with each request.")

/** An agent of one's own behind an HTTP endpoint. */
export const WebhookAgentConfig = Schema.Struct({
  url: Fields.required(Fields.HttpUrl, "Where the program is."),
  headers,
  timeout,
  faster_first_response: fasterFirstResponse
})
export type WebhookAgentConfig = typeof WebhookAgentConfig.Type

/** An agent that speaks the Agent2Agent protocol. */
export const A2aAgentConfig = Schema.Struct({
  url: Fields.required(
    Fields.HttpUrl,
    "Where the agent is: its card is at `.well-known/agent-card.json` below it. Or the address of the card itself."
  ),
  headers,
  timeout,
  faster_first_response: fasterFirstResponse
})
export type A2aAgentConfig = typeof A2aAgentConfig.Type
