import { FileSystem } from "@effect/platform"
import { NodeHttpClient } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import type { Scope } from "effect"
import type { AgentConfig, BasicMemoryAgentConfig, LlmProvider } from "../config/AgentConfig.ts"
import type { LlmConfig } from "../config/LlmConfig.ts"
import { Settings } from "../config/Settings.ts"
import { EnginePool } from "../engine/EnginePool.ts"
import * as EngineTable from "../engine/EngineTable.ts"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import { ModelStore } from "../models/ModelStore.ts"
import * as AiSdkLlm from "./AiSdkLlm.ts"
import * as FallbackLlm from "./FallbackLlm.ts"
import * as LlamaCppLlm from "./LlamaCppLlm.ts"
import { LlmProviders } from "./Llm.ts"
import type { Llm, LlmOptions } from "./Llm.ts"
import * as OllamaKeeper from "./OllamaKeeper.ts"
import * as ProviderFetch from "./ProviderFetch.ts"
import * as TemplateLlm from "./TemplateLlm.ts"
import { say } from "../language/Text.ts"

type Open = (configs: LlmConfig) => Effect.Effect<Llm, EngineUnavailable, Scope.Scope>

type Compatible = Exclude<LlmProvider, "claude_llm" | "llama_cpp_llm" | "stateless_llm_with_template">

type Table = Readonly<Record<LlmProvider, Open>>

/** How a client is had: made anew, or the one that was made of the same configuration. */
type Share = <E>(config: object, make: Effect.Effect<Llm, E>) => Effect.Effect<Llm, E>

export interface Options {
  /** Whether models of an Ollama server are loaded, and kept loaded, while somebody holds them. */
  readonly keepsModels: boolean
}

/**
 * Clients of a provider keep no state of a session, and one weighs 100 kB: sessions that hold the same configuration
 * object share it, as all of the base character do.
 */
const sharing = (): Share => {
  const clients = new WeakMap<object, Llm>()
  return (config, make) =>
    Effect.suspend(() => {
      const client = clients.get(config)
      return client === undefined
        ? Effect.tap(make, (made) => Effect.sync(() => clients.set(config, made)))
        : Effect.succeed(client)
    })
}

/** The name in the table is the section's too; a section that the file lacks says how to write it. */
const row = <Provider extends LlmProvider>(
  provider: Provider,
  open: (config: NonNullable<LlmConfig[Provider]>) => ReturnType<Open>
) => {
  const checked: Open = (configs) => {
    const config = configs[provider]
    return config === undefined ? Effect.fail(noSection(provider)) : open(config)
  }
  return { [provider]: checked } as Readonly<Record<Provider, Open>>
}

/** From `llm_provider` to the language model. */
const table = Effect.fnUntraced(function* ({ keepsModels }: Options) {
  const pool = yield* EnginePool
  const store = yield* ModelStore
  const fs = yield* FileSystem.FileSystem
  const { folder } = yield* Settings
  const dispatcher = yield* NodeHttpClient.Dispatcher
  const http = ProviderFetch.over(dispatcher)
  const patient = ProviderFetch.over(dispatcher, { beforeAnswer: OllamaKeeper.longestLoad })
  const share = sharing()
  const compatible = <Provider extends Compatible>(provider: Provider) =>
    row(provider, (config) =>
      share(
        config,
        Effect.sync(() => AiSdkLlm.openAiCompatible(http, provider, config))
      )
    )
  const models: Table = {
    ...compatible("openai_compatible_llm"),
    ...compatible("openai_llm"),
    ...compatible("lmstudio_llm"),
    ...compatible("gemini_llm"),
    ...compatible("zhipu_llm"),
    ...compatible("deepseek_llm"),
    ...compatible("groq_llm"),
    ...compatible("mistral_llm"),
    ...compatible("openrouter_llm"),
    ...row("ollama_llm", (config) => {
      const client = share(
        config,
        Effect.sync(() => AiSdkLlm.openAiCompatible(http, "ollama_llm", config))
      )
      return keepsModels
        ? Effect.zipWith(client, pool.borrow(OllamaKeeper.spec(patient, config)), (llm, keeper) =>
            OllamaKeeper.kept(llm, keeper, config)
          )
        : client
    }),
    ...row("claude_llm", (config) =>
      share(
        config,
        Effect.sync(() => AiSdkLlm.claude(http, config))
      )
    ),
    ...row("stateless_llm_with_template", (config) =>
      share(config, TemplateLlm.open({ folder, fs, http }, config))
    ),
    ...row("llama_cpp_llm", ({ model_path }) => pool.borrow(LlamaCppLlm.spec(store, model_path)))
  }
  return models
})

/** `llm_provider`, and those that answer when it does not. */
const providers = (models: Table) => {
  const standings = new WeakMap<object, FallbackLlm.Standing>()

  return (
    { agent_settings: { basic_memory_agent }, llm_configs }: AgentConfig,
    { over = (llm) => llm, ...options }: LlmOptions = {}
  ): Effect.Effect<Llm, EngineUnavailable, Scope.Scope> => {
    if (basic_memory_agent === undefined) return Effect.fail(noProvider)
    const member = (provider: LlmProvider): FallbackLlm.Member => ({
      provider,
      open: Effect.map(models[provider](llm_configs), over)
    })
    const first = member(basic_memory_agent.llm_provider)
    const others = fallbacksOf(basic_memory_agent).map(member)
    if (others.length === 0) return first.open
    return Effect.suspend(() => {
      const known = standings.get(basic_memory_agent) ?? FallbackLlm.standing(first)
      standings.set(basic_memory_agent, known)
      return FallbackLlm.over([first, ...others], known, options)
    })
  }
}

const fallbacksOf = ({ fallback_providers, llm_provider }: BasicMemoryAgentConfig) =>
  [...new Set(fallback_providers)].filter((provider) => provider !== llm_provider)

const make = (options: Options) =>
  Layer.effect(
    LlmProviders,
    Effect.map(table(options), (models) => ({ open: providers(models) }))
  )

export const layer = make({ keepsModels: true })

/** For a look at what is configured, which is to leave every server as it is. */
export const layerOfLookers = make({ keepsModels: false })

const noProvider = new EngineUnavailable({
  kind: "llm",
  engine: "llm_provider",
  reason: say("llm.noProvider"),
  advice: say("llm.setProvider")
})

const noSection = (provider: string) => EngineTable.noSection("llm", "agent_config.llm_configs", provider)
