import { Effect, Layer } from "effect"
import type { Scope } from "effect"
import { Prompts } from "../config/Prompts.ts"
import { LlmProviders } from "../llm/Llm.ts"
import type { Llm } from "../llm/Llm.ts"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import { Agents } from "./Agent.ts"
import type { Agent, AgentOptions } from "./Agent.ts"
import * as BasicMemoryAgent from "./BasicMemoryAgent.ts"

type Open = (options: AgentOptions) => Effect.Effect<Agent, EngineUnavailable, Scope.Scope>

/** From `conversation_agent_choice` to the agent. */
const table = Effect.gen(function* () {
  const llms = yield* LlmProviders
  const prompts = yield* Prompts
  const refused = new WeakSet<Llm>()
  const agents: Readonly<Record<string, Open>> = {
    basic_memory_agent: (options) => BasicMemoryAgent.open({ llms, prompts, refused }, options)
  }
  return agents
})

export const layer = Layer.effect(
  Agents,
  Effect.map(table, (agents) => ({
    open: (options) => {
      const choice = options.character.agent_config.conversation_agent_choice
      return agents[choice]?.(options) ?? notBuilt(choice)
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
