import { FileSystem } from "@effect/platform"
import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { EnginePool } from "../../src/engine/EnginePool.ts"
import * as Speech from "../support/Speech.ts"
import { engineOf, engines, kill, open } from "./AsrLayer.ts"
import { describeAsr } from "./describeAsr.ts"

for (const keys of [{ model: "whisper-base", language: "en" }, { model: "whisper-tiny.en" }]) {
  describeAsr(`sherpa_onnx_asr with ${keys.model}`, {
    layer: engines,
    open: open(keys),
    jobs: Effect.flatMap(engineOf(keys), ({ process }) => process.jobs),
    kill: kill(keys)
  })
}

describe("sherpa_onnx_asr", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped(
      "shares one process among languages, and hears each session's own",
      () =>
        Effect.gen(function* () {
          const [en, ja] = [
            yield* open({ model: "whisper-base", language: "en" }),
            yield* open({ model: "whisper-base", language: "ja" })
          ]
          const sound = yield* Speech.say("Good morning, my dear friend.")
          const heard = yield* Effect.forEach([en, ja, en, ja], (asr) => asr.transcribe(sound), {
            concurrency: "unbounded"
          })
          assert.match(heard[0]!, /morning/iu)
          assert.strictEqual(heard[2], heard[0])
          assert.strictEqual(heard[3], heard[1])
          assert.notStrictEqual(heard[1], heard[0])
          assert.lengthOf(
            (yield* (yield* EnginePool).uses).filter(({ kind }) => kind === "asr"),
            1
          )
        }),
      60_000
    )

    it.scoped(
      "says what is wrong with a configuration or a model, and names no folder",
      () =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          const folder = yield* fs.makeTempDirectoryScoped()
          const at = (name: string) => `${folder}/${name}`
          yield* fs.writeFileString(at("broken.onnx"), "this is no model")
          yield* fs.writeFileString(at("empty.onnx"), "")
          yield* fs.writeFileString(at("tokens.txt"), "a 0\n")
          const whisper = { model_type: "whisper", tokens: at("tokens.txt") }
          for (const [keys, reason] of [
            [{}, "neither model nor model_type is set"],
            [{ model_type: "whisper" }, "whisper_encoder is missing: a whisper model needs it"],
            [{ model: "no-such-model" }, 'no model "no-such-model"'],
            [{ model: "no-such-model" }, "Set asr_config.sherpa_onnx_asr.model to auto or one of these ids"],
            [
              { ...whisper, whisper_encoder: at("none.onnx"), whisper_decoder: at("broken.onnx") },
              'asr_config.sherpa_onnx_asr.whisper_encoder: there is no file "none.onnx"'
            ],
            [
              { ...whisper, whisper_encoder: at("empty.onnx"), whisper_decoder: at("broken.onnx") },
              'asr_config.sherpa_onnx_asr.whisper_encoder: "empty.onnx" is empty'
            ],
            [
              { ...whisper, whisper_encoder: at("broken.onnx"), whisper_decoder: at("broken.onnx") },
              "model_type and the files belong together"
            ],
            [
              { model_type: "nemo_ctc", tokens: at("tokens.txt"), nemo_ctc: at("broken.onnx") },
              "model_type and the files belong together"
            ],
            [
              { model_type: "streaming_nemo_ctc", tokens: at("tokens.txt"), nemo_ctc: at("broken.onnx") },
              "model_type and the files belong together"
            ],
            [{ model: "whisper-tiny.en", language: "klingon" }, 'it knows no language "klingon"']
          ] as const) {
            const failure = yield* Effect.flip(open(keys))
            assert.include(failure.message, reason)
            assert.notInclude(failure.message, folder)
          }
        }),
      60_000
    )
  })
})
