import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Mp3 from "../support/Mp3.ts"
import { config, contract, secret, streamed } from "./contracts/CartesiaVoice.ts"
import { sound } from "./contracts/Contract.ts"
import { describeService } from "./describeService.ts"
import { sentRequest } from "./sentRequest.ts"
import { engines } from "./TtsLayer.ts"

await describeService("cartesia_tts", contract)

describe("CartesiaTts", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("asks for a WAV file, in the voice's mood", () =>
      Effect.gen(function* () {
        const sent = yield* sentRequest(
          (url) => config(url, { emotion: "excited", speed: 1.2, language: "de" }),
          secret,
          "Guten Tag.",
          { headers: { "content-type": "audio/wav" }, chunks: [streamed(sound(9))] }
        )
        assert.strictEqual(sent.outcome._tag, "Right")
        assert.deepStrictEqual([sent.method, sent.path], ["POST", "/tts/bytes"])
        assert.strictEqual(sent.headers.authorization, `Bearer ${secret}`)
        assert.strictEqual(sent.headers["cartesia-version"], "2026-08-14")
        assert.deepStrictEqual(JSON.parse(sent.body), {
          model_id: "sonic-3",
          transcript: "Guten Tag.",
          voice: { id: "a0e99841" },
          output_format: { container: "wav", encoding: "pcm_s16le", sample_rate: 44_100 },
          language: "de",
          generation_config: { volume: 1, speed: 1.2, emotion: "excited" }
        })
      })
    )

    it.scoped("asks for MP3, and an earlier model for no mood", () =>
      Effect.gen(function* () {
        const { body, outcome } = yield* sentRequest(
          (url) => config(url, { model_id: "sonic-2", output_format: "mp3" }),
          secret,
          "Hello.",
          { headers: { "content-type": "audio/mpeg" }, chunks: [Mp3.ofLength(900)] }
        )
        assert.strictEqual(outcome._tag, "Right")
        const sent = JSON.parse(body) as Readonly<Record<string, unknown>>
        assert.deepStrictEqual(sent["output_format"], {
          container: "mp3",
          bit_rate: 128_000,
          sample_rate: 44_100
        })
        assert.notProperty(sent, "generation_config")
      })
    )
  })
})
