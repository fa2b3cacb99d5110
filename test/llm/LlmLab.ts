import { NodeContext, NodeHttpClient } from "@effect/platform-node"
import { Effect, Layer, Redacted, Stream } from "effect"
import type { AgentConfig, LlmProvider } from "../../src/config/AgentConfig.ts"
import { Settings } from "../../src/config/Settings.ts"
import type { SystemConfig } from "../../src/config/SystemConfig.ts"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import { LlmProviders } from "../../src/llm/Llm.ts"
import type { LlmDelta, LlmFailed, LlmRequest } from "../../src/llm/Llm.ts"
import * as LlmTable from "../../src/llm/LlmTable.ts"
import { ModelStore } from "../../src/models/ModelStore.ts"
import { ModelUnavailable } from "../../src/models/ModelUnavailable.ts"
import { characterConfig } from "../support/Fixtures.ts"

/** There is no embedded model. */
export const noModels = Layer.mock(ModelStore, {
  obtain: () =>
    Effect.fail(
      new ModelUnavailable({
        id: "auto",
        tried: [{ source: "smollm2 from example.org", reason: "no connection" }],
        advice: "Connect to the network."
      })
    )
})

/** What providers are opened with, beside the engines; relative paths start in `folder`. */
export const surroundings = (folder = ".") =>
  Layer.mergeAll(
    noModels,
    NodeContext.layer,
    NodeHttpClient.dispatcherLayer,
    Layer.succeed(Settings, { folder, system: {} as SystemConfig })
  )

/** The table as the server has it. */
export const layer = (options: { readonly folder?: string } = {}) =>
  LlmTable.layer.pipe(
    Layer.provideMerge(EnginePool.layer({ idleTimeToLive: "1 minute" })),
    Layer.provide(surroundings(options.folder))
  )

export const secret = "sk-very-secret"

/** The keys that all remote providers have. */
export const section = (base_url: string) =>
  ({
    interrupt_method: "user",
    base_url,
    llm_api_key: Redacted.make(secret),
    model: "model-1",
    temperature: 0.7
  }) as const

export const config = (
  llm_provider: LlmProvider,
  llm_configs: Partial<AgentConfig["llm_configs"]> = {},
  fallback_providers: ReadonlyArray<LlmProvider> = []
): AgentConfig => ({
  conversation_agent_choice: "basic_memory_agent",
  agent_settings: {
    basic_memory_agent: {
      ...characterConfig("a").agent_config.agent_settings.basic_memory_agent!,
      llm_provider,
      fallback_providers
    }
  },
  llm_configs: { llama_cpp_llm: { interrupt_method: "system", model_path: "auto" }, ...llm_configs }
})

export const open = (...args: Parameters<typeof config>) =>
  Effect.flatMap(LlmProviders, (providers) => providers.open(config(...args)))

export const ask = (text: string, more: Partial<LlmRequest> = {}): LlmRequest => ({
  conversation: "c1",
  system: "You are terse.",
  messages: [{ role: "user", text }],
  ...more
})

export const text = (text: string): LlmDelta => ({ _tag: "Text", text })
export const think = (text: string): LlmDelta => ({ _tag: "Think", text })

/** Everything up to the end or the failure, pieces of one kind joined, and the failure. */
export const collect = (stream: Stream.Stream<LlmDelta, LlmFailed>) =>
  Effect.gen(function* () {
    const deltas: Array<LlmDelta> = []
    const outcome = yield* Effect.either(
      Stream.runForEach(stream, (delta) =>
        Effect.sync(() => {
          const before = deltas.at(-1)
          if (delta._tag === "Call" || before?._tag !== delta._tag) return void deltas.push(delta)
          deltas[deltas.length - 1] = { _tag: delta._tag, text: before.text + delta.text }
        })
      )
    )
    return { deltas, failure: outcome._tag === "Left" ? outcome.left : undefined }
  })

export type Services = Layer.Layer.Success<ReturnType<typeof layer>>
