import { Schema } from "effect"
import * as Fields from "./Fields.ts"
import { LlmConfig } from "./LlmConfig.ts"
import * as Remote from "./RemoteAgentConfig.ts"

/** The key of a section in `llm_configs`. */
export const LlmProvider = Fields.Choice(
  "stateless_llm_with_template",
  "openai_compatible_llm",
  "claude_llm",
  "llama_cpp_llm",
  "ollama_llm",
  "lmstudio_llm",
  "openai_llm",
  "gemini_llm",
  "zhipu_llm",
  "deepseek_llm",
  "groq_llm",
  "mistral_llm",
  "openrouter_llm"
)
export type LlmProvider = typeof LlmProvider.Type

export const BasicMemoryAgentConfig = Schema.Struct({
  llm_provider: Fields.required(LlmProvider),
  /** Providers that answer, in this order, when the one before does not. Defaults to none. */
  fallback_providers: Fields.withDefault(Fields.ListOf(LlmProvider), []),
  faster_first_response: Remote.fasterFirstResponse,
  segment_method: Remote.segmentMethod,
  use_mcpp: Fields.withDefault(Fields.Flag, false),
  mcp_enabled_servers: Fields.withDefault(Fields.TextList, []),
  /** How often one answer may use tools and go on with their results. Defaults to 8. */
  tool_steps: Fields.withDefault(Fields.IntIn({ min: 1, max: 64 }), 8)
})
export type BasicMemoryAgentConfig = typeof BasicMemoryAgentConfig.Type

const AgentSettings = Schema.Struct({
  basic_memory_agent: Fields.maybe(Fields.section(BasicMemoryAgentConfig)),
  mem0_agent: Fields.maybe(Fields.section(Remote.Mem0AgentConfig)),
  hume_ai_agent: Fields.maybe(Fields.section(Remote.HumeAiAgentConfig)),
  letta_agent: Fields.maybe(Fields.section(Remote.LettaAgentConfig)),
  webhook_agent: Fields.maybe(Fields.section(Remote.WebhookAgentConfig)),
  a2a_agent: Fields.maybe(Fields.section(Remote.A2aAgentConfig))
})

/** The `agent_config` section: what answers. */
export const AgentConfig = Schema.Struct({
  conversation_agent_choice: Fields.withDefault(
    Fields.Choice(
      "basic_memory_agent",
      "mem0_agent",
      "hume_ai_agent",
      "letta_agent",
      "webhook_agent",
      "a2a_agent"
    ),
    "basic_memory_agent"
  ),
  agent_settings: Fields.withDefault(Fields.section(AgentSettings), {}),
  llm_configs: Fields.withDefault(Fields.section(LlmConfig), {})
})
export type AgentConfig = typeof AgentConfig.Type

/** Whether the chosen agent's first sentence may be cut at its first comma. */
export const fasterFirst = ({ agent_settings, conversation_agent_choice }: AgentConfig): boolean => {
  const chosen = agent_settings[conversation_agent_choice]
  return chosen === undefined || !("faster_first_response" in chosen) || chosen.faster_first_response
}
