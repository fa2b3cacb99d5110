import { assert, describe, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as Fields from "../../src/config/Fields.ts"
import { TtsConfig } from "../../src/config/TtsConfig.ts"
import * as Wav from "../../src/audio/Wav.ts"
import { english } from "../../src/language/Text.ts"
import { config, contract, refusal, section } from "./contracts/GptSovitsVoice.ts"
import { sound } from "./contracts/Contract.ts"
import { describeService } from "./describeService.ts"
import { sentRequest } from "./sentRequest.ts"
import { engines } from "./TtsLayer.ts"

await describeService("gpt_sovits_tts", contract)

describe("GptSovitsTts", () => {
  const answer = { headers: { "content-type": "audio/wav" }, chunks: [Wav.encode(sound(9))] }
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("asks by a query, as the server's page does", () =>
      Effect.gen(function* () {
        const sent = yield* sentRequest(config, "there is none", "Fish & chips?", answer)
        assert.strictEqual(sent.outcome._tag, "Right")
        assert.strictEqual(sent.method, "GET")
        assert.strictEqual(sent.body, "")
        const url = new URL(sent.path, "http://host")
        assert.strictEqual(url.pathname, "/tts")
        assert.deepStrictEqual(Object.fromEntries(url.searchParams), { text: "Fish & chips?", ...section })
      })
    )

    it.scoped("asks for WAV in place of what cannot be read, and finds /tts by itself", () =>
      Effect.gen(function* () {
        const sent = yield* sentRequest(
          (url) => config(url, { api_url: url, media_type: "ogg", streaming_mode: "False", prompt_text: "" }),
          "there is none",
          "Hello.",
          answer
        )
        assert.strictEqual(sent.outcome._tag, "Right")
        const url = new URL(sent.path, "http://host")
        assert.strictEqual(url.pathname, "/tts")
        assert.strictEqual(url.searchParams.get("media_type"), "wav")
        assert.strictEqual(url.searchParams.get("streaming_mode"), "false")
        assert.isFalse(url.searchParams.has("prompt_text"))
      })
    )

    it.scoped("reads the section by its other name, and names it so", () =>
      Effect.gen(function* () {
        const { outcome } = yield* sentRequest(
          (url) =>
            Schema.decodeUnknownSync(Fields.section(TtsConfig))({
              tts_model: "gpt_sovits_tts",
              gpt_sovits: { api_url: `${url}/tts`, ...section }
            }),
          "there is none",
          "Hello.",
          refusal("text_lang: en is not supported in version v1")
        )
        assert.strictEqual(outcome._tag, "Left")
        if (outcome._tag === "Left") {
          assert.include(english(outcome.left.detail), "text_lang: en is not supported")
          assert.include(english(outcome.left.advice), "tts_config.gpt_sovits.text_lang")
        }
      })
    )
  })
})
