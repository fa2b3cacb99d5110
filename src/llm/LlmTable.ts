import { NodeHttpClient } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import type { Scope } from "effect"
import type { AgentConfig, LlmProvider } from "../config/AgentConfig.ts"
import type { LlmConfig } from "../config/LlmConfig.ts"
import { EnginePool } from "../engine/EnginePool.ts"
import * as EngineTable from "../engine/EngineTable.ts"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import { ModelStore } from "../models/ModelStore.ts"
import * as AiSdkLlm from "./AiSdkLlm.ts"
import * as LlamaCppLlm from "./LlamaCppLlm.ts"
import { LlmProviders } from "./Llm.ts"
import type { Llm } from "./Llm.ts"
import * as UndiciFetch from "./UndiciFetch.ts"

type Open = (configs: LlmConfig) => Effect.Effect<Llm, EngineUnavailable, Scope.Scope>

type OpenAiCompatible = Exclude<LlmProvider, "stateless_llm_with_template" | "claude_llm" | "llama_cpp_llm">

/** How a client is had: made anew, or the one that was made of the same configuration. */
type Share = (config: object, make: () => Llm) => Effect.Effect<Llm>

/**
 * Clients of a provider keep no state of a session, and one weighs 100 kB: sessions that hold the same configuration
 * object share it, as all of the base character do.
 */
const sharing = (): Share => {
  const clients = new WeakMap<object, Llm>()
  return (config, make) =>
    Effect.sync(() => {
      const client = clients.get(config) ?? make()
      clients.set(config, client)
      return client
    })
}

/** The name in the table is the section's too; a section that the file lacks says how to write it. */
const openAiCompatible = (
  provider: OpenAiCompatible,
  share: Share,
  http: typeof fetch
): Readonly<Record<string, Open>> => ({
  [provider]: (configs) => {
    const config = configs[provider]
    return config === undefined
      ? Effect.fail(noSection(provider))
      : share(config, () => AiSdkLlm.openAiCompatible(http, provider, config))
  }
})

/** From `llm_provider` to the language model. */
const table = Effect.gen(function* () {
  const pool = yield* EnginePool
  const store = yield* ModelStore
  const http = UndiciFetch.over(yield* NodeHttpClient.Dispatcher)
  const share = sharing()
  const compatible = (provider: OpenAiCompatible) => openAiCompatible(provider, share, http)
  const models: Readonly<Record<string, Open>> = {
    ...compatible("openai_compatible_llm"),
    ...compatible("openai_llm"),
    ...compatible("ollama_llm"),
    ...compatible("lmstudio_llm"),
    ...compatible("gemini_llm"),
    ...compatible("zhipu_llm"),
    ...compatible("deepseek_llm"),
    ...compatible("groq_llm"),
    ...compatible("mistral_llm"),
    claude_llm: ({ claude_llm }) =>
      claude_llm === undefined
        ? Effect.fail(noSection("claude_llm"))
        : share(claude_llm, () => AiSdkLlm.claude(http, claude_llm)),
    llama_cpp_llm: ({ llama_cpp_llm }) => pool.borrow(LlamaCppLlm.spec(store, llama_cpp_llm.model_path))
  }
  return models
})

export const layer = Layer.effect(
  LlmProviders,
  Effect.map(table, (models) => ({
    open: (config: AgentConfig) => {
      const provider = config.agent_settings.basic_memory_agent?.llm_provider
      if (provider === undefined) return Effect.fail(noProvider)
      return models[provider]?.(config.llm_configs) ?? notBuilt(provider, Object.keys(models))
    }
  }))
)

const noProvider = new EngineUnavailable({
  kind: "llm",
  engine: "llm_provider",
  reason: "no language model is configured",
  advice:
    "Set agent_config.agent_settings.basic_memory_agent.llm_provider, to llama_cpp_llm for the embedded one."
})

const noSection = (provider: string) => EngineTable.noSection("llm", "agent_config.llm_configs", provider)

const notBuilt = (provider: string, built: ReadonlyArray<string>) =>
  EngineTable.notBuilt("llm", provider, {
    key: "agent_config.agent_settings.basic_memory_agent.llm_provider",
    what: "it",
    built
  })
