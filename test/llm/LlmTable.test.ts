import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Layer, Schema } from "effect"
import type { Scope } from "effect"
import type { AgentConfig } from "../../src/config/AgentConfig.ts"
import { LlmConfig } from "../../src/config/LlmConfig.ts"
import { LlmProviders } from "../../src/llm/Llm.ts"
import * as LlmTable from "../../src/llm/LlmTable.ts"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import * as LlmLab from "./LlmLab.ts"
import { english } from "../../src/language/Text.ts"

const layer = LlmLab.layer()

const config = LlmLab.config

const open = (agent: AgentConfig) => Effect.flatMap(LlmProviders, (providers) => providers.open(agent))

describe("LlmConfig", () => {
  it("takes no address that no request could be made to", () => {
    const section = { model: "m", llm_api_key: "k", base_url: "localhost:8080/v1" }
    const problem = Either.getOrThrow(
      Either.flip(Schema.decodeUnknownEither(LlmConfig)({ openai_llm: section }))
    )
    assert.include(problem.message, "expected an address that begins with http:// or https://")
  })
})

describe("LlmTable", () => {
  it.scoped("asks for the section that is missing", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(open(config("ollama_llm")))
      assert.strictEqual(error.engine, "ollama_llm")
      assert.strictEqual(english(error.advice), "Add agent_config.llm_configs.ollama_llm.")
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
      }).pipe(Effect.provide(LlmTable.layer.pipe(Layer.provide(pool), Layer.provide(LlmLab.surroundings()))))
    })
  )
})
