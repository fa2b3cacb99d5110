import { assert, describe, layer } from "@effect/vitest"
import { NodeHttpClient } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import * as Pcm from "../../src/audio/Pcm.ts"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import * as FliteTts from "../../src/tts/FliteTts.ts"
import { TtsEngines } from "../../src/tts/Tts.ts"
import * as TtsTable from "../../src/tts/TtsTable.ts"
import { describeTts } from "./describeTts.ts"
import * as TtsConfigs from "./TtsConfigs.ts"

const engines = TtsTable.layer.pipe(
  Layer.provideMerge(EnginePool.layer({ idleTimeToLive: "1 minute" })),
  Layer.provide(NodeHttpClient.dispatcherLayer)
)

describeTts("flite_tts", { config: Effect.succeed(TtsConfigs.flite("slt")), layer: engines })

describe("FliteTts", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("names the voices when it is asked for another", () =>
      Effect.gen(function* () {
        const engines = yield* TtsEngines
        const error = yield* Effect.flip(engines.open(TtsConfigs.flite("nobody")))
        assert.strictEqual(
          error.message,
          'flite_tts is not available: there is no voice "nobody". ' +
            "Set tts_config.flite_tts.voice to one of awb, kal, kal16, rms, slt."
        )
      })
    )

    it.scoped(
      "loads once for all voices, and each of them speaks; a voice is given back with the scope that opened it",
      () =>
        Effect.gen(function* () {
          const engines = yield* TtsEngines
          const pool = yield* EnginePool
          const speakAll = Effect.gen(function* () {
            for (const name of ["awb", "kal", "kal16", "rms", "slt"]) {
              const tts = yield* engines.open(TtsConfigs.flite(name))
              assert.isAbove(Pcm.duration(yield* tts.synthesize("Hello there.")), 300)
            }
            assert.deepStrictEqual(yield* pool.uses, [{ kind: "tts", id: "flite_tts", references: 5 }])
          })
          yield* Effect.scoped(speakAll)
          assert.deepStrictEqual(yield* pool.uses, [{ kind: "tts", id: "flite_tts", references: 0 }])
        })
    )

    // As long as this, `node:wasi` ended the process.
    it.scoped("speaks a text of a minute", () =>
      Effect.gen(function* () {
        const tts = yield* Effect.flatMap(FliteTts.spec.load, (flite) =>
          FliteTts.voice(flite, { voice: "kal16" })
        )
        assert.isAbove(
          Pcm.duration(yield* tts.synthesize("Hello world, and hello again. ".repeat(40))),
          60_000
        )
      })
    )
  })
})
