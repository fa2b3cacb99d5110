import { Context } from "effect"
import type { Effect, Scope, Stream } from "effect"
import type { Pcm } from "../audio/Pcm.ts"
import type { CharacterConfig } from "../config/CharacterConfig.ts"
import type { ChatImage, ChatMessage, LlmFailed } from "../llm/Llm.ts"
import type { McpClient } from "../mcp/McpClient.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import type { Words } from "../language/Text.ts"

/** What one turn asks of the agent. */
export interface AgentInput {
  /** Identifies the conversation, for models that keep what they have evaluated. */
  readonly conversation: string
  /** What has been said before, oldest first, without the present input. */
  readonly memory: ReadonlyArray<ChatMessage>
  /** What had been said before that, in short. */
  readonly summary?: string
  /** What is known of the person from earlier conversations and may matter now, a sentence each. */
  readonly recalled?: ReadonlyArray<string>
  /** Where the turn takes place, in words for the model: who takes part in a group. Nobody remembers it. */
  readonly situation?: string
  /** Who speaks: the name that the client gave, or the character's for the person. */
  readonly from: string
  readonly text: string
  readonly images: ReadonlyArray<ChatImage>
  /** Asks the person whether this call may be made. Absent: there is nobody to ask, and it may not. */
  readonly consent?: (call: {
    readonly id: string
    readonly tool: string
    readonly input: unknown
  }) => Effect.Effect<Consent>
}

/** The person's word on a call; `cannot-ask`: nobody has been asked, since their client cannot. */
export type Consent = "allowed" | "refused" | "cannot-ask"

/** The state of one tool call, as `tool_call_status` shows it. */
export interface ToolCall {
  readonly id: string
  readonly tool: string
  readonly status: "running" | "completed" | "error"
  readonly content: Words
  /** Pictures among its results. */
  readonly images?: ReadonlyArray<ChatImage>
  /** Where a browser that the tool drives can be watched, as the tool says it. */
  readonly browserView?: Readonly<Record<string, unknown>>
}

/** A piece of the answer, in the order in which it is to be shown. */
export type AgentEvent =
  | { readonly _tag: "Text"; readonly text: string }
  | { readonly _tag: "Think"; readonly text: string }
  | { readonly _tag: "Tool"; readonly call: ToolCall }
  /** A sentence that the agent speaks with a voice of its own. */
  | { readonly _tag: "Audio"; readonly text: string; readonly pcm: Pcm }

/** What answers: a mind behind a character. It keeps nothing of a conversation: memory belongs to the session. */
export interface Agent {
  /** A line for people about what answers and how to choose another, if there is something to say. */
  readonly notice?: Words
  /** Interrupting the stream stops everything that it has started. */
  readonly reply: (input: AgentInput) => Stream.Stream<AgentEvent, LlmFailed>
  /**
   * Told, when a turn is over, what the person said and what they got of the answer, as it was displayed. Absent where
   * the agent has no memory of its own to put it in. Returns at once.
   */
  readonly remember?: (exchange: {
    /** Who spoke with the character. */
    readonly from: string
    readonly asked: string
    readonly answer: string
  }) => Effect.Effect<void>
  /**
   * Has the agent's model write one text (a summary, a translation) outside of every conversation. Absent where the
   * agent has no model that could be asked.
   */
  readonly write?: (task: Task) => Effect.Effect<string, LlmFailed>
}

/** A text that is to be written outside of every conversation. */
export interface Task {
  readonly system: string
  readonly text: string
  /** Nobody waits for it: turns go first. */
  readonly background?: boolean
}

/** What an agent is built from. */
export interface AgentOptions {
  readonly character: CharacterConfig
  /** Keywords of the avatar's `emotionMap`. */
  readonly emotions: ReadonlyArray<string>
  readonly tools: McpClient
  /** Tells the person what has changed about what answers: another provider has taken over. */
  readonly tell?: (words: Words) => Effect.Effect<void>
}

/** Opens the agent that a character's configuration asks for. */
export class Agents extends Context.Tag("seiyuu/agent/Agents")<
  Agents,
  { readonly open: (options: AgentOptions) => Effect.Effect<Agent, EngineUnavailable, Scope.Scope> }
>() {}
