import { NodeContext, NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { AsrEngines } from "../../src/asr/Asr.ts"
import * as AsrTable from "../../src/asr/AsrTable.ts"
import { Settings } from "../../src/config/Settings.ts"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import { ModelStore } from "../../src/models/ModelStore.ts"
import { systemConfig } from "../support/Fixtures.ts"

const layer = AsrTable.layer.pipe(
  Layer.provide([
    EnginePool.layer({ idleTimeToLive: "1 minute" }),
    NodeHttpClient.dispatcherLayer,
    Layer.mock(ModelStore, {}),
    Layer.succeed(Settings, { folder: ".", system: systemConfig })
  ]),
  Layer.provide(NodeContext.layer)
)

describe("AsrTable", () => {
  it.scoped("says at once what a configured recogniser lacks", () =>
    Effect.gen(function* () {
      const engines = yield* AsrEngines
      const foreign = yield* Effect.flip(engines.open({ asr_model: "faster_whisper" }))
      assert.strictEqual(
        foreign.message,
        "faster_whisper is not available: this recogniser is not part of this version. " +
          "Set asr_config.asr_model to one of sherpa_onnx_asr, whisper_cpp, openai_asr, groq_whisper_asr, deepgram_asr, azure_asr."
      )
      const bare = yield* Effect.flip(engines.open({ asr_model: "sherpa_onnx_asr" }))
      assert.include(bare.message, "Add asr_config.sherpa_onnx_asr.")
    }).pipe(Effect.provide(layer))
  )

  it.scoped("a character without a recogniser says so when somebody speaks to it", () =>
    Effect.gen(function* () {
      const none = yield* (yield* AsrEngines).open({})
      const deaf = yield* Effect.flip(none.transcribe(new Float32Array(16_000)))
      assert.include(deaf.message, "this character has no speech recogniser. Type instead")
    }).pipe(Effect.provide(layer))
  )
})
