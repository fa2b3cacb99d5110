import { Context, Effect, Layer } from "effect"
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
  Effect.map(Effect.context<Needs>(), (whole) => {
    // Only what is needed: the context at hand may hold a Scope, and the agent belongs to its caller's.
    const context = Context.pick(LlmProviders, Prompts)(whole)
    return {
      open: ({ character, ...rest }) => {
        const choice = character.agent_config.conversation_agent_choice
        return Effect.provide(
          table[choice]?.({ character, ...rest }) ?? Effect.fail(notBuilt(choice)),
          context
        )
      }
    }
  })
)

const notBuilt = (agent: string) =>
  new EngineUnavailable({
    kind: "agent",
    engine: agent,
    reason: "this agent is not part of this version",
    advice: "Set agent_config.conversation_agent_choice to basic_memory_agent."
  })
