import { Effect, Layer } from "effect"
import type { Scope } from "effect"
import { Prompts } from "../config/Prompts.ts"
import { LlmProviders } from "../llm/Llm.ts"
import { EngineUnavailable } from "../models/EngineUnavailable.ts"
import { Agents } from "./Agent.ts"
import type { Agent, AgentOptions } from "./Agent.ts"
import * as BasicMemoryAgent from "./BasicMemoryAgent.ts"

type Needs = LlmProviders | Prompts

/** From `conversation_agent_choice` to the agent. */
const table: Readonly<
  Record<string, (options: AgentOptions) => Effect.Effect<Agent, EngineUnavailable, Scope.Scope | Needs>>
> = { basic_memory_agent: BasicMemoryAgent.open }

export const layer = Layer.effect(
  Agents,
  Effect.map(Effect.context<Needs>(), (context) => ({
    open: (options) => {
      const choice = options.character.agent_config.conversation_agent_choice
      return Effect.provide(table[choice]?.(options) ?? Effect.fail(notBuilt(choice)), context)
    }
  }))
)

const notBuilt = (agent: string) =>
  new EngineUnavailable({
    kind: "agent",
    engine: agent,
    reason: "this agent is not part of this version",
    advice: "Set agent_config.conversation_agent_choice to basic_memory_agent."
  })
