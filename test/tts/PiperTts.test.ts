import { assert, describe, layer, vi } from "@effect/vitest"
import { NodeContext } from "@effect/platform-node"
import { ConfigProvider, Effect, Layer } from "effect"
import * as Pcm from "../../src/audio/Pcm.ts"
import type { PiperTtsConfig } from "../../src/config/LocalTtsConfig.ts"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import type { SherpaEngine } from "../../src/tts/SherpaEngine.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"
import * as SpeechModels from "../support/SpeechModels.ts"
import { describeTts, open, peak } from "./describeTts.ts"
import * as TtsConfigs from "./TtsConfigs.ts"
import { engines, inFolder } from "./TtsLayer.ts"

// A busy machine takes its time to start a process and load a voice.
vi.setConfig({ testTimeout: 120_000 })

type Keys = Partial<Record<keyof PiperTtsConfig, unknown>>

const config = (changes: Keys = {}) =>
  TtsConfigs.of("piper_tts", { model_path: SpeechModels.rawPiper, ...changes })

/** What the one process that the pool holds now is at work on. */
const running = Effect.gen(function* () {
  const pool = yield* EnginePool
  const [use] = yield* pool.uses
  const piper = yield* pool.borrow<SherpaEngine>({
    kind: "tts",
    id: use!.id,
    load: Effect.dieMessage("it is not loaded")
  })
  return (yield* piper.state).running
}).pipe(Effect.scoped)

describeTts("piper_tts", { config: config(), layer: engines, running })

const text = "This is how loud and how fast it speaks."

describe("PiperTts", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("speaks as slowly and as loudly as it is told, all from one process", () =>
      Effect.gen(function* () {
        const loud = yield* (yield* open(config())).synthesize(text)
        assert.strictEqual(peak(loud), 32_767)
        const soft = yield* (yield* open(config({ volume: 0.25 }))).synthesize(text)
        assert.closeTo(peak(soft), 0.25 * 32_767, 1)
        const plain = yield* (yield* open(config({ normalize_audio: false }))).synthesize(text)
        assert.isBelow(peak(plain), 32_000)
        const slow = yield* (yield* open(config({ length_scale: 2 }))).synthesize(text)
        assert.isAbove(Pcm.duration(slow), 1.5 * Pcm.duration(loud))
        assert.strictEqual((yield* (yield* EnginePool).uses).length, 1)
      })
    )

    it.scoped("takes a voice of the catalogue", () =>
      Effect.gen(function* () {
        const tts = yield* open(config({ model_path: "piper-joe" }))
        assert.isAbove(peak(yield* tts.synthesize("Hello there.")), 1000)
      })
    )

    it.scoped("refuses a speaker that the voice does not have", () =>
      Effect.gen(function* () {
        for (const speaker_id of [1, -1]) {
          const error = yield* Effect.flip(open(config({ speaker_id })))
          assert.strictEqual(
            error.message,
            `piper_tts is not available: tts_config.piper_tts.speaker_id: this voice has no speaker ${speaker_id}. ` +
              "Set it to 0."
          )
        }
      })
    )

    it.scoped("takes espeak-ng's data from where it is told to", () =>
      Effect.gen(function* () {
        const missing = yield* Effect.flip(open(config({ espeak_data_dir: "not/there" })))
        assert.include(missing.message, 'tts_config.piper_tts.espeak_data_dir: there is no folder "there"')
        const environment = Layer.setConfigProvider(
          ConfigProvider.fromMap(new Map([["PIPER_ESPEAK_DATA", "/not/here"]]))
        )
        const elsewhere = yield* Effect.flip(
          open(config({ max_concurrency: 2 })).pipe(Effect.provide(environment))
        )
        assert.include(elsewhere.message, 'environment.PIPER_ESPEAK_DATA: there is no folder "here"')
      })
    )

    it.scoped("says which of its two files is missing, and which model there is none of", () =>
      Effect.gen(function* () {
        const unknown = yield* Effect.flip(open(config({ model_path: "piper-jo" })))
        assert.match(
          unknown.message,
          /tts_config\.piper_tts\.model_path: .*no model "piper-jo" \(did you mean "piper-joe"\?\)/
        )
        const folder = yield* ConfigFolder.make({ "voices/lonely.onnx": "x" })
        const fails = (model_path: string) =>
          Effect.map(
            Effect.flip(open(config({ model_path })).pipe(Effect.provide(inFolder(folder)))),
            ({ message }) => message
          )
        assert.include(
          yield* fails("voices/nobody.onnx"),
          'tts_config.piper_tts.model_path: there is no file "nobody.onnx".'
        )
        assert.include(
          yield* fails("voices/lonely.onnx"),
          'tts_config.piper_tts.model_path: there is no file "lonely.onnx.json".'
        )
      }).pipe(Effect.provide(NodeContext.layer))
    )
  })
})
