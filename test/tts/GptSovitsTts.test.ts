import { assert, describe, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as Fields from "../../src/config/Fields.ts"
import { TtsConfig } from "../../src/config/TtsConfig.ts"
import * as Wav from "../../src/audio/Wav.ts"
import { english } from "../../src/language/Text.ts"
import type { Answer } from "../support/ServiceServer.ts"
import { bytesOf, describeService, inChunks, sound } from "./describeService.ts"
import { sentRequest } from "./sentRequest.ts"
import * as TtsConfigs from "./TtsConfigs.ts"
import { engines } from "./TtsLayer.ts"

const section = {
  text_lang: "en",
  ref_audio_path: "voices/ana.wav",
  prompt_lang: "zh",
  prompt_text: "你好 & welcome",
  text_split_method: "cut5",
  batch_size: "1",
  media_type: "wav",
  streaming_mode: "true"
}
const config = (url: string, changes: Readonly<Record<string, unknown>> = {}) =>
  TtsConfigs.of("gpt_sovits_tts", { api_url: `${url}/tts`, ...section, ...changes })

const refusal = (message: string, Exception?: string): Answer => ({
  status: 400,
  headers: { "content-type": "application/json" },
  chunks: [JSON.stringify({ message, Exception })]
})

/** The header of a file whose length is not known yet, as Python's `wave` writes it, and the samples. */
const streamed = (pcm: Parameters<typeof bytesOf>[0]): Answer => ({
  headers: { "content-type": "audio/wav" },
  chunks: [Wav.encode({ ...pcm, samples: new Int16Array(0) }), ...inChunks(bytesOf(pcm))]
})

// Shapes: GPT-SoVITS, `api_v2.py` (its first comment, `GET /tts`; `streaming_generator`, `check_params`). It knows no keys.
await describeService("gpt_sovits_tts", {
  config,
  secret: "there is none",
  textOf: ({ path }) => new URL(path, "http://host").searchParams.get("text") ?? "",
  answer: streamed,
  refusals: {
    key: { status: 401, chunks: ["<html>401 Authorization Required</html>"] },
    model: refusal("tts failed", "voices/ana.wav not exists")
  },
  keys: {
    secret: "tts_config.gpt_sovits_tts.api_url",
    model: "tts_config.gpt_sovits_tts.ref_audio_path",
    address: "tts_config.gpt_sovits_tts.api_url"
  },
  streams: true
})

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
