import { assert, describe, it } from "@effect/vitest"
import * as SherpaVoice from "../../src/tts/SherpaVoice.ts"
import type { Load } from "../../src/tts/SherpaVoice.ts"
import { english, say } from "../../src/language/Text.ts"

const inFolder = (path: string) => `/conf/${path}`

/** What the library is given for these keys. */
const native = (keys: Readonly<Record<string, unknown>>, more: Partial<Load> = {}) => {
  const voice = SherpaVoice.choose(keys, inFolder)
  if ("_tag" in voice) return assert.fail(english(voice.reason))
  return SherpaVoice.toNative({
    voice,
    ruleFsts: [],
    provider: "cpu",
    threads: 2,
    debug: false,
    places: 1,
    ...more
  })
}

const run = { numThreads: 2, provider: "cpu", debug: 0 }

describe("SherpaVoice", () => {
  it("hands a vits voice to the library as its configuration says", () => {
    assert.deepStrictEqual(
      native(
        {
          vits_model: "m.onnx",
          vits_tokens: "t.txt",
          vits_lexicon: "a.txt, b.txt",
          vits_data_dir: "data",
          vits_dict_dir: "dict",
          num_threads: 4
        },
        {
          ruleFsts: ["/conf/date.fst", "/conf/number.fst"],
          noise: { scale: 0.5, scaleW: 0.6 },
          provider: "cuda",
          debug: true
        }
      ),
      {
        model: {
          vits: {
            model: "/conf/m.onnx",
            tokens: "/conf/t.txt",
            lexicon: "/conf/a.txt,/conf/b.txt",
            dataDir: "/conf/data",
            noiseScale: 0.5,
            noiseScaleW: 0.6
          },
          numThreads: 2,
          provider: "cuda",
          debug: 1
        },
        maxNumSentences: 1,
        ruleFsts: "/conf/date.fst,/conf/number.fst"
      }
    )
  })

  it("hands the other kinds over under their own names", () => {
    assert.deepStrictEqual(
      native({
        matcha_acoustic_model: "a.onnx",
        matcha_vocoder: "v.onnx",
        matcha_tokens: "t.txt",
        matcha_lexicon: "l.txt",
        matcha_data_dir: "data",
        matcha_dict_dir: "dict"
      }),
      {
        model: {
          matcha: {
            acousticModel: "/conf/a.onnx",
            vocoder: "/conf/v.onnx",
            tokens: "/conf/t.txt",
            lexicon: "/conf/l.txt",
            dataDir: "/conf/data"
          },
          ...run
        },
        maxNumSentences: 1
      }
    )
    assert.deepStrictEqual(
      native({
        kokoro_model: "m.onnx",
        kokoro_voices: "v.bin",
        kokoro_tokens: "t.txt",
        kokoro_data_dir: "data",
        kokoro_lexicon: "us.txt,zh.txt",
        kokoro_lang: "en"
      }).model,
      {
        kokoro: {
          model: "/conf/m.onnx",
          voices: "/conf/v.bin",
          tokens: "/conf/t.txt",
          lexicon: "/conf/us.txt,/conf/zh.txt",
          dataDir: "/conf/data",
          lang: "en"
        },
        ...run
      }
    )
    assert.deepStrictEqual(
      native({
        kitten_model: "m.onnx",
        kitten_voices: "v.bin",
        kitten_tokens: "t.txt",
        kitten_data_dir: "data"
      }).model,
      {
        kitten: {
          model: "/conf/m.onnx",
          voices: "/conf/v.bin",
          tokens: "/conf/t.txt",
          dataDir: "/conf/data"
        },
        ...run
      }
    )
  })

  it("takes an empty text as no value, so that a template's empty keys name nothing", () => {
    const voice = SherpaVoice.choose(
      { vits_model: "m.onnx", vits_tokens: "t.txt", vits_lexicon: " ", kokoro_model: "" },
      inFolder
    )
    assert.deepStrictEqual("_tag" in voice ? voice : [voice.kind, voice.given.map(({ key }) => key)], [
      "vits",
      ["vits_model", "vits_tokens"]
    ])
  })

  for (const [kind, keys, missing] of [
    ["matcha", { matcha_acoustic_model: "a" }, "matcha_vocoder"],
    ["kokoro", { kokoro_voices: "v" }, "kokoro_model"],
    ["kitten", { kitten_model: "m", kitten_tokens: "t" }, "kitten_voices"]
  ] as const) {
    it(`names the file that a ${kind} voice lacks`, () => {
      assert.deepStrictEqual(SherpaVoice.choose(keys, inFolder), {
        _tag: "Unclear",
        key: missing,
        reason: say("speech.keyMissing")
      })
    })
  }
})
