import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { AsrEngines } from "../../src/asr/Asr.ts"
import * as AsrTable from "../../src/asr/AsrTable.ts"

describe("AsrTable", () => {
  it.scoped("says that there is no recogniser: at once if one is configured, else when it is needed", () =>
    Effect.gen(function* () {
      const engines = yield* AsrEngines
      const configured = yield* Effect.flip(engines.open({ asr_model: "sherpa_onnx_asr" }))
      assert.strictEqual(
        configured.message,
        "sherpa_onnx_asr is not available: speech recognition is not part of this version. Type instead of speaking."
      )
      const none = yield* engines.open({})
      const deaf = yield* Effect.flip(none.transcribe(new Float32Array(16_000)))
      assert.include(deaf.message, "this character has no speech recogniser. Type instead of speaking.")
    }).pipe(Effect.provide(AsrTable.layer))
  )
})
