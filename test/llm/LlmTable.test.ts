import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Stream } from "effect"
import type { Scope } from "effect"
import type { AgentConfig, LlmProvider } from "../../src/config/AgentConfig.ts"
import { LlmProviders } from "../../src/llm/Llm.ts"
import * as LlmTable from "../../src/llm/LlmTable.ts"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import { ModelStore } from "../../src/models/ModelStore.ts"
import { ModelUnavailable } from "../../src/models/ModelUnavailable.ts"
import * as StubProviders from "../support/StubProviders.ts"
import { characterConfig } from "../support/Fixtures.ts"

const noModels = Layer.mock(ModelStore, {
  obtain: () =>
    Effect.fail(
      new ModelUnavailable({
        id: "auto",
        tried: [{ source: "smollm2 from example.org", reason: "no connection" }],
        advice: "Connect to the network."
      })
    )
})

const layer = LlmTable.layer.pipe(
  Layer.provideMerge(EnginePool.layer({ idleTimeToLive: "1 minute" })),
  Layer.provide([noModels, NodeHttpClient.dispatcherLayer])
)

const config = (
  llm_provider: LlmProvider,
  llm_configs: Partial<AgentConfig["llm_configs"]> = {}
): AgentConfig => ({
  conversation_agent_choice: "basic_memory_agent",
  agent_settings: {
    basic_memory_agent: {
      ...characterConfig("a").agent_config.agent_settings.basic_memory_agent!,
      llm_provider
    }
  },
  llm_configs: { llama_cpp_llm: { interrupt_method: "system", model_path: "auto" }, ...llm_configs }
})

const open = (agent: AgentConfig) => Effect.flatMap(LlmProviders, (providers) => providers.open(agent))

describe("LlmTable", () => {
  for (const provider of [
    "openai_compatible_llm",
    "openai_llm",
    "lmstudio_llm",
    "gemini_llm",
    "zhipu_llm",
    "deepseek_llm",
    "groq_llm",
    "mistral_llm"
  ] as const) {
    it.scopedLive(`opens ${provider}`, () =>
      Effect.gen(function* () {
        const stub = yield* StubProviders.open({ chat: () => ({ chunks: ["Hi."] }) })
        const section = {
          interrupt_method: "user",
          base_url: `${stub.url}/v1/`,
          llm_api_key: Redacted.make("key-1234"),
          model: "m",
          temperature: 1
        } as const
        const llm = yield* open(config(provider, { [provider]: section }))
        assert.strictEqual(llm.provider, provider)
        const request = { conversation: "c", system: "", messages: [{ role: "user", text: "Hi" }] } as const
        assert.deepStrictEqual(
          [...(yield* Stream.runCollect(llm.stream(request)))],
          [{ _tag: "Text", text: "Hi." }]
        )
      }).pipe(Effect.provide(layer))
    )
  }

  it.scoped("asks for the section that is missing", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(open(config("ollama_llm")))
      assert.strictEqual(error.engine, "ollama_llm")
      assert.strictEqual(error.advice, "Add agent_config.llm_configs.ollama_llm.")
    }).pipe(Effect.provide(layer))
  )

  it.scoped("says so of a provider that is not built", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(open(config("stateless_llm_with_template")))
      assert.include(
        error.message,
        "stateless_llm_with_template is not available: it is not part of this version."
      )
    }).pipe(Effect.provide(layer))
  )

  it.scoped("says so where no provider is chosen", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(open({ ...config("ollama_llm"), agent_settings: {} }))
      assert.include(error.message, "no language model is configured")
    }).pipe(Effect.provide(layer))
  )

  it.scoped("borrows the embedded model from the pool, and hands on why there is none", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(open(config("llama_cpp_llm")))
      assert.strictEqual(
        error.message,
        "llama_cpp_llm is not available: smollm2 from example.org: no connection. Connect to the network."
      )
    }).pipe(Effect.provide(layer))
  )

  it.scoped("gives the embedded model back with the scope that opened it", () =>
    Effect.gen(function* () {
      const journal: Array<string> = []
      const llm = Effect.acquireRelease(
        Effect.sync(() => journal.push("borrow")),
        () => Effect.sync(() => journal.push("return"))
      )
      const pool = Layer.mock(EnginePool, { borrow: () => llm as Effect.Effect<never, never, Scope.Scope> })
      yield* Effect.gen(function* () {
        yield* Effect.scoped(open(config("llama_cpp_llm")))
        assert.deepStrictEqual(journal, ["borrow", "return"])
      }).pipe(
        Effect.provide(LlmTable.layer.pipe(Layer.provide([pool, noModels, NodeHttpClient.dispatcherLayer])))
      )
    })
  )
})
