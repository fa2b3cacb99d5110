import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Wav from "../../src/audio/Wav.ts"
import type { Pcm } from "../../src/audio/Pcm.ts"
import * as Mp3 from "../support/Mp3.ts"
import type { Answer } from "../support/ServiceServer.ts"
import { describeService, inChunks, sound } from "./describeService.ts"
import { sentRequest } from "./sentRequest.ts"
import * as TtsConfigs from "./TtsConfigs.ts"
import { engines } from "./TtsLayer.ts"

const secret = "sk_car_very_secret"
const config = (url: string, changes: Readonly<Record<string, unknown>> = {}) =>
  TtsConfigs.of("cartesia_tts", { api_key: secret, voice_id: "a0e99841", base_url: url, ...changes })

const refusal = (status: number, message: string): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  chunks: [JSON.stringify({ title: "Refused", message, status_code: status })]
})

/** A file whose header was written before its length was known. */
const streamed = (pcm: Pcm): Uint8Array => {
  const bytes = Wav.encode(pcm)
  bytes.fill(0xff, 4, 8).fill(0xff, 40, 44)
  return bytes
}

// Shapes: Cartesia's API reference, "Text to Speech (Bytes)"; its library 4.2.0, `tts.generate`.
await describeService("cartesia_tts", {
  config,
  secret,
  textOf: ({ body }) => (JSON.parse(body.toString()) as { readonly transcript: string }).transcript,
  answer: (pcm) => ({ headers: { "content-type": "audio/wav" }, chunks: inChunks(streamed(pcm)) }),
  refusals: {
    key: refusal(401, "Invalid API key"),
    model: refusal(404, "Voice not found"),
    quota: refusal(402, "You have run out of model credits")
  },
  keys: {
    secret: "tts_config.cartesia_tts.api_key",
    model: "tts_config.cartesia_tts.voice_id",
    address: "tts_config.cartesia_tts.base_url"
  },
  streams: true
})

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
