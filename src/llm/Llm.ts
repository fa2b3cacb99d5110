import { Context, Schema } from "effect"
import type { Effect, Scope, Stream } from "effect"
import type { AgentConfig } from "../config/AgentConfig.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import { english, say, Words } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

/** An image as the model gets it: base64 without the data-URL prefix. */
export interface ChatImage {
  readonly mimeType: string
  readonly base64: string
}

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant"
  readonly text: string
  readonly images?: ReadonlyArray<ChatImage>
}

/** A tool that a model may call; `inputSchema` is a JSON Schema of an object. */
export interface LlmTool {
  readonly name: string
  readonly description: string
  readonly inputSchema: Readonly<Record<string, unknown>>
}

/** A model asks for one tool to be run; `input` is JSON as the model wrote it, which may be broken. */
export interface ToolRequest {
  readonly id: string
  readonly name: string
  readonly input: string
  /** What the provider wants to see again with the call, such as its reasoning; nobody else can read it. */
  readonly carried?: unknown
}

/** What came of a request. `text` is what the model is told. */
export interface ToolOutcome {
  readonly request: ToolRequest
  readonly text: string
  readonly images?: ReadonlyArray<ChatImage>
  readonly failed: boolean
}

/** One step of an answer that used tools: what the model said before, what it asked for and what came of it. */
export interface ToolRound {
  readonly role: "tools"
  readonly text: string
  readonly outcomes: ReadonlyArray<ToolOutcome>
}

export type LlmMessage = ChatMessage | ToolRound

export interface LlmRequest {
  /**
   * Identifies the conversation, so that a local model can reuse what it has already evaluated. Absent for a text that
   * stands alone.
   */
  readonly conversation?: string
  /** Nobody waits for the answer: on this machine the turns of conversations go first. */
  readonly background?: boolean
  readonly system: string
  /** Oldest first; the last one is the user's, or a round of tools. */
  readonly messages: ReadonlyArray<LlmMessage>
  /** What the model may call. Absent for a model that has no calls of its own: see `PromptedTools`. */
  readonly tools?: ReadonlyArray<LlmTool>
}

/**
 * A piece of the answer as the model writes it; `Think` is a reasoning model's own reasoning, `Call` a whole call of
 * a tool. An answer with calls goes on, after they have been run, in a further request with their `ToolRound`.
 */
export type LlmDelta =
  | { readonly _tag: "Text"; readonly text: string }
  | { readonly _tag: "Think"; readonly text: string }
  | { readonly _tag: "Call"; readonly request: ToolRequest }

/** The model did not answer, or broke off. `message` is fit for a client. */
export class LlmFailed extends Schema.TaggedError<LlmFailed>()("LlmFailed", {
  /** The configuration's name, such as `openai_compatible_llm`. */
  provider: Schema.String,
  reason: Schema.Literal(
    "unreachable",
    /** It answers, but cannot serve anybody now. */
    "unavailable",
    /** The key is wrong, or its account has no credit left. */
    "unauthorized",
    "unknown-model",
    "rate-limited",
    "rejected",
    /** This model, or its server, takes no tools: asking without them may succeed. */
    "no-tools",
    "broken-off"
  ),
  /** What happened, a clause without a full stop. */
  detail: Words,
  /** What to do about it, a whole sentence. */
  advice: Words,
  cause: Schema.optional(Schema.Defect)
}) {
  get words(): Text {
    return say("engine.failed", this.provider, this.detail, this.advice)
  }

  override get message(): string {
    return english(this.words)
  }
}

/** A language model, ready to answer. */
export interface Llm {
  /** The client that all sessions with the same settings share, where this is one of several around it. */
  readonly shared?: Llm
  readonly provider: string
  readonly model: string
  /** Whether it has calls of tools of its own, and takes `tools` and rounds of them. */
  readonly callsTools: boolean
  /** A line for people about the model and how to choose another, if there is something to say. */
  readonly notice?: Words
  /** Interrupting the stream aborts the request, down to the provider's connection. */
  readonly stream: (request: LlmRequest) => Stream.Stream<LlmDelta, LlmFailed>
}

export interface LlmOptions {
  /** Is told, once, that another provider than the configured one answers; `words` are fit for a client. */
  readonly onFallback?: (words: Words) => Effect.Effect<void>
  /** Is put over the model of each provider by itself: what it learns of one says nothing of the others. */
  readonly over?: (llm: Llm) => Llm
}

/** Opens the language model that a character's configuration asks for. */
export class LlmProviders extends Context.Tag("seiyuu/llm/LlmProviders")<
  LlmProviders,
  {
    readonly open: (
      config: AgentConfig,
      options?: LlmOptions
    ) => Effect.Effect<Llm, EngineUnavailable, Scope.Scope>
  }
>() {}
