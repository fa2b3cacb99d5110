import { Context, Effect, Schema } from "effect"
import type { Scope } from "effect"
import type { AgentConfig } from "../config/AgentConfig.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import { english, say, Words } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

/** A tool of one MCP server; `inputSchema` is a JSON Schema of an object. */
export interface Tool {
  readonly server: string
  /** As the model and clients call it: letters, digits, `_` and `-`, unique among the character's tools. */
  readonly name: string
  readonly description: string
  readonly inputSchema: Readonly<Record<string, unknown>>
  /** Whether the person has to be asked before each call. */
  readonly confirm: boolean
  /** Whether a client may call it itself, by `mcp-tool-call`. */
  readonly clientMayCall: boolean
}

/** What a tool answers: its texts and resources in words, and its pictures. */
export interface ToolResult {
  readonly text: string
  readonly images: ReadonlyArray<{ readonly mimeType: string; readonly base64: string }>
  /** The tool itself says that it did not succeed; `text` says why. */
  readonly failed: boolean
  /** Where a browser that the tool drives can be watched. */
  readonly browserView?: Readonly<Record<string, unknown>>
}

/** A call came to nothing. `message` is fit for a client and for the model. */
export class ToolFailed extends Schema.TaggedError<ToolFailed>()("ToolFailed", {
  tool: Schema.String,
  reason: Schema.Literal("unknown-tool", "bad-arguments", "timed-out", "server-down", "refused"),
  /** What happened, a clause without a full stop. */
  detail: Words,
  /** What to do about it, a whole sentence. */
  advice: Words,
  cause: Schema.optional(Schema.Defect)
}) {
  get words(): Text {
    return say("engine.failed", this.tool, this.detail, this.advice)
  }

  override get message(): string {
    return english(this.words)
  }
}

/** The tools of the MCP servers that a character may use. */
export interface McpClient {
  /** Servers that the character asks for and does not have, each with the reason. */
  readonly problems?: ReadonlyArray<EngineUnavailable>
  /** The tools of this moment: servers may change them. */
  readonly tools: Effect.Effect<ReadonlyArray<Tool>>
  /**
   * Interrupting it cancels the call on the server too. `seen`: the tool as the caller knows it; the call is refused if
   * another one has taken its name since.
   */
  readonly call: (
    tool: string,
    input: Readonly<Record<string, unknown>>,
    seen?: Tool
  ) => Effect.Effect<ToolResult, ToolFailed>
}

/** A client without any tool. */
export const none: McpClient = {
  tools: Effect.succeed([]),
  call: (tool) =>
    new ToolFailed({
      tool,
      reason: "unknown-tool",
      detail: say("tools.noTool"),
      advice: say("tools.noTools")
    })
}

/** Opens the MCP client that a character's configuration asks for. */
export class McpClients extends Context.Tag("seiyuu/mcp/McpClients")<
  McpClients,
  { readonly open: (config: AgentConfig) => Effect.Effect<McpClient, EngineUnavailable, Scope.Scope> }
>() {}
