import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Pcm from "../../src/audio/Pcm.ts"
import * as Mp3 from "../support/Mp3.ts"
import type { Answer } from "../support/ServiceServer.ts"
import { bytesOf, describeService, inChunks, sound } from "./describeService.ts"
import { sentRequest } from "./sentRequest.ts"
import * as TtsConfigs from "./TtsConfigs.ts"
import { engines } from "./TtsLayer.ts"

const secret = "sk_eleven_very_secret"
const config = (url: string, changes: Readonly<Record<string, unknown>> = {}) =>
  TtsConfigs.of("elevenlabs_tts", {
    api_key: secret,
    voice_id: "JBFqnCBsd6RMkjVDRZzb",
    output_format: "pcm_24000",
    base_url: url,
    ...changes
  })

const refusal = (status: number, code: string, message: string): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  chunks: [JSON.stringify({ detail: { status: code, message } })]
})

// Shapes: ElevenLabs' API reference, "Stream speech" and "Error messages"; its library 2.78.0, `text_to_speech.stream`.
await describeService("elevenlabs_tts", {
  config,
  secret,
  textOf: ({ body }) => (JSON.parse(body.toString()) as { readonly text: string }).text,
  answer: (pcm) => ({ headers: { "content-type": "audio/pcm" }, chunks: inChunks(bytesOf(pcm)) }),
  refusals: {
    key: refusal(401, "invalid_api_key", "Invalid API key"),
    model: refusal(404, "voice_not_found", "A voice with voice_id JBF was not found."),
    quota: refusal(
      401,
      "quota_exceeded",
      "This request exceeds your quota of 10000. You have 3 credits remaining, while 12 credits are required."
    )
  },
  keys: {
    secret: "tts_config.elevenlabs_tts.api_key",
    model: "tts_config.elevenlabs_tts.voice_id",
    address: "tts_config.elevenlabs_tts.base_url"
  },
  streams: true
})

describe("ElevenLabsTts", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("asks for the stream of the voice, with its settings", () =>
      Effect.gen(function* () {
        const sent = yield* sentRequest(
          (url) => config(`${url}/`, { voice_id: "a/b c", stability: 0.3, use_speaker_boost: false }),
          secret,
          "Hello there.",
          { headers: { "content-type": "audio/pcm" }, chunks: [bytesOf(sound(9))] }
        )
        assert.strictEqual(sent.outcome._tag, "Right")
        assert.deepStrictEqual(
          [sent.method, sent.path],
          ["POST", "/v1/text-to-speech/a%2Fb%20c/stream?output_format=pcm_24000"]
        )
        assert.strictEqual(sent.headers["xi-api-key"], secret)
        assert.strictEqual(sent.headers["content-type"], "application/json")
        assert.deepStrictEqual(JSON.parse(sent.body), {
          text: "Hello there.",
          model_id: "eleven_multilingual_v2",
          voice_settings: { stability: 0.3, similarity_boost: 0.5, style: 0, use_speaker_boost: false }
        })
      })
    )

    it.scoped("plays MP3, which it asks for by default", () =>
      Effect.gen(function* () {
        const { outcome, path } = yield* sentRequest(
          (url) => config(url, { output_format: undefined }),
          secret,
          "Hello there.",
          { headers: { "content-type": "audio/mpeg" }, chunks: inChunks(Mp3.ofLength(1500)) }
        )
        assert.include(path, "output_format=mp3_44100_128")
        assert.strictEqual(outcome._tag, "Right")
        if (outcome._tag === "Right") assert.closeTo(Pcm.duration(outcome.right), 1500, 120)
      })
    )
  })
})
