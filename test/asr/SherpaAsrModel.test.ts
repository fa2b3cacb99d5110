import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as SherpaAsrModel from "../../src/asr/SherpaAsrModel.ts"
import { SherpaAsrConfig } from "../../src/config/SherpaAsrConfig.ts"
import { say } from "../../src/language/Text.ts"

const decode = (keys: object) => Schema.decodeUnknownSync(SherpaAsrConfig)(keys)
const machine = { cores: 4, locate: (path: string) => `/models/${path}` }

/** The library's part of the configuration for each type, from its keys in the file. */
const cases: ReadonlyArray<readonly [type: string, keys: object, expected: object]> = [
  [
    "transducer",
    { encoder: "e", decoder: "d", joiner: "j" },
    { transducer: { encoder: "/models/e", decoder: "/models/d", joiner: "/models/j" } }
  ],
  ["paraformer", { paraformer: "p" }, { paraformer: { model: "/models/p" } }],
  ["nemo_ctc", { nemo_ctc: "n" }, { nemoCtc: { model: "/models/n" } }],
  ["wenet_ctc", { wenet_ctc: "w" }, { wenetCtc: { model: "/models/w" } }],
  ["tdnn_ctc", { tdnn_model: "t" }, { tdnn: { model: "/models/t" } }],
  [
    "whisper",
    { whisper_encoder: "e", whisper_decoder: "d", language: "de" },
    {
      whisper: {
        encoder: "/models/e",
        decoder: "/models/d",
        language: "de",
        task: "transcribe",
        tailPaddings: 1000
      }
    }
  ],
  [
    "sense_voice",
    { sense_voice: "s", use_itn: false },
    { senseVoice: { model: "/models/s", language: "auto", useInverseTextNormalization: 0 } }
  ],
  [
    "fire_red_asr",
    { fire_red_asr_encoder: "e", fire_red_asr_decoder: "d" },
    { fireRedAsr: { encoder: "/models/e", decoder: "/models/d" } }
  ],
  [
    "moonshine",
    {
      moonshine_preprocessor: "p",
      moonshine_encoder: "e",
      moonshine_uncached_decoder: "u",
      moonshine_cached_decoder: "c"
    },
    {
      moonshine: {
        preprocessor: "/models/p",
        encoder: "/models/e",
        uncachedDecoder: "/models/u",
        cachedDecoder: "/models/c"
      }
    }
  ],
  ["streaming_zipformer2_ctc", { zipformer2_ctc: "z" }, { zipformer2Ctc: { model: "/models/z" } }],
  [
    "streaming_paraformer",
    { encoder: "e", decoder: "d" },
    { paraformer: { encoder: "/models/e", decoder: "/models/d" } }
  ]
]

describe("SherpaAsrModel", () => {
  it.each(cases)("hands the files of %s to the library", (type, keys, expected) => {
    const model = SherpaAsrModel.fromConfig(decode({ model_type: type, tokens: "t.txt", ...keys }), machine)
    assert.isFalse("problem" in model)
    if ("problem" in model) return
    const language = "language" in keys ? String(keys.language) : "auto"
    const { modelConfig } = SherpaAsrModel.recognizer(model, language) as { modelConfig: object }
    assert.deepInclude(modelConfig, { ...expected, tokens: "/models/t.txt" })
    assert.strictEqual(model.streaming, type.startsWith("streaming_"))
  })

  it("says which file is missing", () => {
    const without = decode({ model_type: "whisper", whisper_encoder: "e", tokens: "t" })
    assert.deepStrictEqual(SherpaAsrModel.fromConfig(without, machine), {
      problem: say("speech.fileMissing", "whisper_decoder", "whisper")
    })
    assert.deepStrictEqual(SherpaAsrModel.fromConfig(decode({}), machine), {
      problem: say("speech.noModelSet")
    })
  })

  it("leaves one core to the server, and takes one where there is no other", () => {
    const config = decode({ model_type: "nemo_ctc", nemo_ctc: "n", tokens: "t", num_threads: 8 })
    const threads = (cores: number) => {
      const model = SherpaAsrModel.fromConfig(config, { ...machine, cores })
      return "problem" in model ? model.problem : model.threads
    }
    assert.deepStrictEqual([1, 2, 4, 16].map(threads), [1, 1, 3, 8])
  })
})
