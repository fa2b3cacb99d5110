import { assert, describe, it } from "@effect/vitest"
import * as AsrLanguages from "../../src/asr/AsrLanguages.ts"

describe("AsrLanguages", () => {
  it("knows what each type of model can be told", () => {
    for (const [type, language] of [
      ["whisper", "auto"],
      ["whisper", "haw"],
      ["sense_voice", "yue"],
      ["canary", "fr"],
      ["cohere_transcribe", "vi"],
      // It is not told.
      ["paraformer", "klingon"]
    ] as const)
      assert.isUndefined(AsrLanguages.unknownTo(type, language))
    for (const [type, language] of [
      ["whisper", "yue"],
      ["sense_voice", "de"],
      ["canary", "zh"],
      ["cohere_transcribe", "haw"],
      ["whisper", ""]
    ] as const)
      assert.isNotEmpty(AsrLanguages.unknownTo(type, language))
  })
})
