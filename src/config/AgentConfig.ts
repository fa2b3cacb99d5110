import { Schema } from "effect"
import * as Fields from "./Fields.ts"
import { LlmConfig } from "./LlmConfig.ts"
import * as Remote from "./RemoteAgentConfig.ts"

/** Sections of `llm_configs`. */
export const providers = [
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
] as const

/** The key of a section in `llm_configs`. */
export const LlmProvider = Fields.Choice(...providers)
export type LlmProvider = typeof LlmProvider.Type

const defaultContextTokens = 8000

/** What is remembered of a person beyond one conversation. */
const LongTermMemoryConfig = Schema.Struct({
  enabled: Fields.withDefault(
    Fields.Flag,
    false,
    "Whether anything is kept of a person beyond one conversation."
  ),
  max_facts: Fields.withDefault(
    Fields.IntIn({ min: 1, max: 2000 }),
    1000,
    "Facts about one person; the least valuable one makes room."
  ),
  recall: Fields.withDefault(Fields.IntIn({ min: 1, max: 50 }), 6, "Facts that one answer is given at most."),
  min_similarity: Fields.withDefault(
    Fields.FloatIn({ min: -1, max: 1 }),
    0.1,
    "How near a fact must be to what is said, as a cosine."
  ),
  half_life_days: Fields.withDefault(
    Fields.FloatIn({ min: 0.01, max: 100_000 }),
    60,
    "Days without being recalled after which a fact counts half."
  )
})
export type LongTermMemoryConfig = typeof LongTermMemoryConfig.Type

export const BasicMemoryAgentConfig = Schema.Struct({
  llm_provider: Fields.required(LlmProvider, "The language model: a section of `llm_configs`."),
  fallback_providers: Fields.withDefault(
    Fields.ListOf(LlmProvider),
    [],
    "Providers that answer, in this order, when the one before does not."
  ),
  faster_first_response: Remote.fasterFirstResponse,
  segment_method: Remote.segmentMethod,
  use_mcpp: Fields.withDefault(Fields.Flag, false, "Whether the model may use tools."),
  mcp_enabled_servers: Fields.withDefault(
    Fields.TextList,
    [],
    "The servers whose tools it may use: names of `mcp_servers.json`."
  ),
  tool_steps: Fields.withDefault(
    Fields.IntIn({ min: 1, max: 64 }),
    8,
    "How often one answer may use tools and go on with their results."
  ),
  tool_seconds: Fields.withDefault(
    Fields.IntIn({ min: 1, max: 3600 }),
    180,
    "How many seconds tools may run for one answer, all of them together."
  ),
  context_tokens: Fields.withDefault(
    Fields.IntIn({ min: 500, max: 128_000 }),
    defaultContextTokens,
    "Tokens of what has been said that an answer is given; what is older is summarised. The embedded model takes 2400 at most."
  ),
  long_term_memory: Fields.withDefault(
    Fields.section(LongTermMemoryConfig),
    {},
    "What is remembered of a person beyond one conversation."
  )
})
export type BasicMemoryAgentConfig = typeof BasicMemoryAgentConfig.Type

const AgentSettings = Schema.Struct({
  basic_memory_agent: Fields.maybe(
    Fields.section(BasicMemoryAgentConfig),
    "A language model with the conversation for memory."
  ),
  mem0_agent: Fields.maybe(
    Fields.section(Remote.Mem0AgentConfig),
    "A language model with a mem0 server for memory."
  ),
  hume_ai_agent: Fields.maybe(
    Fields.section(Remote.HumeAiAgentConfig),
    "Hume's empathic voice interface, which speaks itself."
  ),
  letta_agent: Fields.maybe(Fields.section(Remote.LettaAgentConfig), "An agent of a Letta server."),
  webhook_agent: Fields.maybe(
    Fields.section(Remote.WebhookAgentConfig),
    "A program of one's own behind an HTTP endpoint; see docs/webhook-agent.md."
  ),
  a2a_agent: Fields.maybe(
    Fields.section(Remote.A2aAgentConfig),
    "An agent that speaks the Agent2Agent protocol."
  )
})

/** Sections of `agent_settings`. */
export const agents = [
  "basic_memory_agent",
  "mem0_agent",
  "hume_ai_agent",
  "letta_agent",
  "webhook_agent",
  "a2a_agent"
] as const

/** The `agent_config` section: what answers. */
export const AgentConfig = Schema.Struct({
  conversation_agent_choice: Fields.withDefault(
    Fields.Choice(...agents),
    "basic_memory_agent",
    "What answers: a section of `agent_settings`."
  ),
  agent_settings: Fields.withDefault(
    Fields.section(AgentSettings),
    {},
    "A section for each agent; only the chosen one is read."
  ),
  llm_configs: Fields.withDefault(
    Fields.section(LlmConfig),
    {},
    "A section for each provider of language models; only those that the agent names are read."
  )
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
