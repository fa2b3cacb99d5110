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

const defaultContextTokens = 8000

/** What is remembered of a person beyond one conversation. */
const LongTermMemoryConfig = Schema.Struct({
  /** Defaults to false: nothing about anybody is kept unless one asks for it. */
  enabled: Fields.withDefault(Fields.Flag, false),
  /** Facts about one person; the least valuable one makes room. Defaults to 1000. */
  max_facts: Fields.withDefault(Fields.IntIn({ min: 1, max: 2000 }), 1000),
  /** Facts that one answer is given at most. Defaults to 6. */
  recall: Fields.withDefault(Fields.IntIn({ min: 1, max: 50 }), 6),
  /** How near a fact must be to what is said, as a cosine. Defaults to 0.1. */
  min_similarity: Fields.withDefault(Fields.FloatIn({ min: -1, max: 1 }), 0.1),
  /** Days without being recalled after which a fact counts half. Defaults to 60. */
  half_life_days: Fields.withDefault(Fields.FloatIn({ min: 0.01, max: 100_000 }), 60)
})
export type LongTermMemoryConfig = typeof LongTermMemoryConfig.Type

export const BasicMemoryAgentConfig = Schema.Struct({
  llm_provider: Fields.required(LlmProvider),
  /** Providers that answer, in this order, when the one before does not. Defaults to none. */
  fallback_providers: Fields.withDefault(Fields.ListOf(LlmProvider), []),
  faster_first_response: Remote.fasterFirstResponse,
  segment_method: Remote.segmentMethod,
  use_mcpp: Fields.withDefault(Fields.Flag, false),
  mcp_enabled_servers: Fields.withDefault(Fields.TextList, []),
  /** How often one answer may use tools and go on with their results. Defaults to 8. */
  tool_steps: Fields.withDefault(Fields.IntIn({ min: 1, max: 64 }), 8),
  /** How many seconds tools may run for one answer, all of them together. Defaults to 180. */
  tool_seconds: Fields.withDefault(Fields.IntIn({ min: 1, max: 3600 }), 180),
  /** Tokens of what has been said that an answer is given; what is older is summarised. Defaults to 8000; the embedded model takes 2400 at most. */
  context_tokens: Fields.withDefault(Fields.IntIn({ min: 500, max: 128_000 }), defaultContextTokens),
  long_term_memory: Fields.withDefault(Fields.section(LongTermMemoryConfig), {})
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

/** What fits into the embedded model's context of 4096 tokens beside a persona and an answer. */
const embeddedContextTokens = 2400

/** The settings of `basic_memory_agent`, if that is what answers. */
export const basicSettings = ({ agent_settings, conversation_agent_choice }: AgentConfig) =>
  conversation_agent_choice === "basic_memory_agent" ? agent_settings.basic_memory_agent : undefined

/** How what is learnt of the person is kept, if it is. */
export const longTermMemory = (config: AgentConfig) => {
  const rules = basicSettings(config)?.long_term_memory
  return rules?.enabled === true ? rules : undefined
}

/** Tokens of a conversation that the agent is given. */
export const contextTokens = (config: AgentConfig): number => {
  const settings = basicSettings(config)
  const wanted = settings?.context_tokens ?? defaultContextTokens
  return settings?.llm_provider === "llama_cpp_llm" ? Math.min(wanted, embeddedContextTokens) : wanted
}

/** Whether the chosen agent's first sentence may be cut at its first comma. */
export const fasterFirst = ({ agent_settings, conversation_agent_choice }: AgentConfig): boolean => {
  const chosen = agent_settings[conversation_agent_choice]
  return chosen === undefined || !("faster_first_response" in chosen) || chosen.faster_first_response
}
