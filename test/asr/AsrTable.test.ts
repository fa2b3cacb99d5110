import { NodeContext, NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { AsrEngines } from "../../src/asr/Asr.ts"
import * as AsrTable from "../../src/asr/AsrTable.ts"
import { recogniserNames } from "../../src/config/RecogniserNames.ts"
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
      for (const name of recogniserNames) {
        const bare = yield* Effect.flip(engines.open({ asr_model: name }))
        assert.strictEqual(
          bare.message,
          `${name} is not available: the configuration has no section for it. Add asr_config.${name}.`
        )
      }
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
