import { Context, Effect, Layer } from "effect"
import type { Scope } from "effect"
import type { AgentConfig } from "../config/AgentConfig.ts"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"

/** A tool that the agent may call. */
export interface Tool {
  readonly name: string
  readonly description: string
}

/** The tools of the MCP servers that a character may use. */
export interface McpClient {
  readonly tools: ReadonlyArray<Tool>
}

/** Opens the MCP client that a character's configuration asks for. */
export class McpClients extends Context.Tag("seiyuu/mcp/McpClients")<
  McpClients,
  { readonly open: (config: AgentConfig) => Effect.Effect<McpClient, EngineUnavailable, Scope.Scope> }
>() {
  /** Characters without tools get a client without tools; a character that asks for servers is told why it has none. */
  static readonly layer = Layer.succeed(McpClients, {
    open: (config) => {
      const settings = config.agent_settings.basic_memory_agent
      const wanted = settings?.use_mcpp === true ? settings.mcp_enabled_servers : []
      return wanted.length === 0
        ? Effect.succeed({ tools: [] })
        : Effect.fail(
            new EngineUnavailable({
              kind: "mcp",
              engine: wanted.join(", "),
              reason: "MCP servers are not part of this version",
              advice: "Set use_mcpp to false to silence this."
            })
          )
    }
  })
}
