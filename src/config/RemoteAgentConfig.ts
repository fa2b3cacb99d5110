import { Schema } from "effect"
import * as Fields from "./Fields.ts"
import * as HttpFields from "./HttpFields.ts"

/** How a model's answer is cut into sentences. */
export const segmentMethod = Fields.withDefault(Fields.Choice("regex", "pysbd"), "pysbd")

/** Whether the first sentence may be cut at its first comma. Defaults to true. */
export const fasterFirstResponse = Fields.withDefault(Fields.Flag, true)

/** Longest time in which an agent says nothing, in seconds, before its answer and within it. Defaults to 120. */
const timeout = Fields.withDefault(Fields.FloatIn({ min: 1, max: 3600 }), 120)

const Mem0Part = Schema.Struct({
  provider: Fields.required(Fields.Text),
  config: Fields.required(Fields.Anything)
})

export const Mem0AgentConfig = Schema.Struct({
  vector_store: Fields.required(Fields.section(Mem0Part)),
  llm: Fields.required(Fields.section(Mem0Part)),
  embedder: Fields.required(Fields.section(Mem0Part)),
  /** Where mem0's own REST server is. */
  host: Fields.withDefault(Fields.HttpUrl, "http://localhost:8888"),
  api_key: Fields.maybe(HttpFields.HeaderKey),
  /** Whose memories they are. Defaults to the character's `human_name`. A person whom a client names has their own. */
  user_id: Fields.maybe(Fields.NonEmptyText)
})
export type Mem0AgentConfig = typeof Mem0AgentConfig.Type

export const HumeAiAgentConfig = Schema.Struct({
  api_key: Fields.required(Fields.Secret),
  /** A host name; for a server of one's own without TLS an address that begins with `ws://` or `http://`. */
  host: Fields.withDefault(HttpFields.Host("wss", "ws", "https", "http"), "api.hume.ai"),
  config_id: Fields.maybe(Fields.Text),
  /** Seconds without a turn after which the connection is closed; the next turn opens it again. */
  idle_timeout: Fields.withDefault(Fields.IntIn({ min: 1 }), 15)
})
export type HumeAiAgentConfig = typeof HumeAiAgentConfig.Type

export const LettaAgentConfig = Schema.Struct({
  /** A host name, or an address with its scheme, such as `https://api.letta.com`. */
  host: Fields.withDefault(HttpFields.Host("http", "https"), "localhost"),
  /** Where `host` names none. Defaults to 8283 for a host name, and to what its scheme says for an address. */
  port: Fields.maybe(Fields.IntIn({ min: 1, max: 65_535 })),
  /** The agent's id on that server. */
  id: Fields.required(Fields.NonEmptyText),
  /** For servers that ask for one. */
  api_key: Fields.maybe(HttpFields.HeaderKey),
  faster_first_response: fasterFirstResponse,
  segment_method: segmentMethod
})
export type LettaAgentConfig = typeof LettaAgentConfig.Type

/** An agent of one's own behind an HTTP endpoint. */
export const WebhookAgentConfig = Schema.Struct({
  url: Fields.required(Fields.HttpUrl),
  /** Sent with each request. */
  headers: Fields.withDefault(HttpFields.Headers, {}),
  timeout,
  faster_first_response: fasterFirstResponse
})
export type WebhookAgentConfig = typeof WebhookAgentConfig.Type

/** An agent that speaks the Agent2Agent protocol. */
export const A2aAgentConfig = Schema.Struct({
  /** Where the agent is: its card is at `.well-known/agent-card.json` below it. Or the address of the card itself. */
  url: Fields.required(Fields.HttpUrl),
  headers: Fields.withDefault(HttpFields.Headers, {}),
  timeout,
  faster_first_response: fasterFirstResponse
})
export type A2aAgentConfig = typeof A2aAgentConfig.Type
