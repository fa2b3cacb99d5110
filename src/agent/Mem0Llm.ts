import { Option, Redacted, Schema } from "effect"
import type { AgentConfig } from "../config/AgentConfig.ts"
import { AgentConfig as AgentConfigSchema } from "../config/AgentConfig.ts"
import { mapped } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"

/** mem0's names for providers, ours, and where each keeps its address. */
const counterparts: Readonly<Record<string, { readonly ours: string; readonly address: string }>> = {
  openai: { ours: "openai_llm", address: "openai_base_url" },
  anthropic: { ours: "claude_llm", address: "anthropic_base_url" },
  ollama: { ours: "ollama_llm", address: "ollama_base_url" },
  gemini: { ours: "gemini_llm", address: "gemini_base_url" },
  groq: { ours: "groq_llm", address: "groq_base_url" },
  deepseek: { ours: "deepseek_llm", address: "deepseek_base_url" },
  lmstudio: { ours: "lmstudio_llm", address: "lmstudio_base_url" },
  vllm: { ours: "openai_compatible_llm", address: "vllm_base_url" }
}

/** The providers that mem0 and this project both have. */
export const known = Object.keys(counterparts)

const Settings = Schema.Record({ key: Schema.String, value: Schema.Unknown })
const asSettings = Schema.decodeUnknownOption(Settings)
const decode = Schema.decodeUnknownOption(AgentConfigSchema)

/** mem0's `llm` section as a configuration of `basic_memory_agent`; none if there is no counterpart, or it lacks something. */
export const agentConfigOf = (llm: {
  readonly provider: string
  readonly config: unknown
}): Option.Option<AgentConfig> => {
  const counterpart = counterparts[llm.provider]
  if (counterpart === undefined) return Option.none()
  return Option.flatMap(asSettings(llm.config), (settings) =>
    decode({
      conversation_agent_choice: "basic_memory_agent",
      agent_settings: { basic_memory_agent: { llm_provider: counterpart.ours } },
      llm_configs: {
        [counterpart.ours]: {
          base_url: addressOf(llm.provider, settings[counterpart.address]),
          llm_api_key: settings["api_key"],
          model: settings["model"],
          temperature: settings["temperature"]
        }
      }
    })
  )
}

/** Words for a model of `llm_configs`, with the keys of mem0's section, where its settings are. */
export const inOwnKeys = (provider: string, words: Words): Words => {
  const counterpart = counterparts[provider]
  if (counterpart === undefined) return words
  const { address, ours } = counterpart
  const section = "agent_settings.mem0_agent.llm"
  return mapped(words, (plain) =>
    plain
      .replaceAll(`llm_configs.${ours}.base_url`, `${section}.config.${address}`)
      .replaceAll(`llm_configs.${ours}.llm_api_key`, `${section}.config.api_key`)
      .replaceAll(`llm_configs.${ours}.model`, `${section}.config.model`)
      .replaceAll(`llm_configs.${ours}`, section)
  )
}

/** mem0 names Ollama's own address; its OpenAI-compatible one is below that. */
const addressOf = (provider: string, address: unknown) =>
  provider === "ollama" && typeof address === "string" && !/\/v1\/*$/.test(address)
    ? `${address.replace(/\/+$/, "")}/v1`
    : address

/** The keys that stand somewhere in mem0's settings, for messages to leave out. */
export const secretsIn = (settings: unknown): ReadonlyArray<Redacted.Redacted<string>> => {
  if (typeof settings !== "object" || settings === null) return []
  return Object.entries(settings).flatMap(([key, value]) =>
    typeof value === "string" && /key|token|password|secret/i.test(key)
      ? [Redacted.make(value)]
      : secretsIn(value)
  )
}
