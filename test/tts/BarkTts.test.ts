import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Wav from "../../src/audio/Wav.ts"
import type { Answer } from "../support/ServiceServer.ts"
import { describeService, inChunks, sound } from "./describeService.ts"
import { sentRequest } from "./sentRequest.ts"
import * as TtsConfigs from "./TtsConfigs.ts"
import { engines } from "./TtsLayer.ts"

const secret = "sk-bark-very-secret"
const config = (url: string, changes: Readonly<Record<string, unknown>> = {}) =>
  TtsConfigs.of("bark_tts", {
    voice: "v2/en_speaker_1",
    api_key: secret,
    base_url: `${url}/v1`,
    ...changes
  })

const refusal = (status: number, message: string): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  chunks: [JSON.stringify({ error: { code: status, message, type: "" } })]
})

// Shapes: OpenAI's API reference, "Create speech", which LocalAI ("Text to audio") and coqui-tts' `tts-server` speak.
await describeService("bark_tts", {
  config,
  secret,
  textOf: ({ body }) => (JSON.parse(body.toString()) as { readonly input: string }).input,
  answer: (pcm) => ({ headers: { "content-type": "audio/wav" }, chunks: inChunks(Wav.encode(pcm)) }),
  refusals: {
    key: refusal(401, `An authentication key is required, and ${secret} is none`),
    model: refusal(500, "could not load model: model bark not found")
  },
  keys: {
    secret: "tts_config.bark_tts.api_key",
    model: "tts_config.bark_tts.model",
    address: "tts_config.bark_tts.base_url"
  },
  streams: true
})

describe("BarkTts", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("asks for WAV in the voice of the section", () =>
      Effect.gen(function* () {
        const answer = { headers: { "content-type": "audio/wav" }, chunks: [Wav.encode(sound(9))] }
        const sent = yield* sentRequest(config, secret, "Hello there.", answer)
        assert.strictEqual(sent.outcome._tag, "Right")
        assert.deepStrictEqual([sent.method, sent.path], ["POST", "/v1/audio/speech"])
        assert.strictEqual(sent.headers.authorization, `Bearer ${secret}`)
        assert.deepStrictEqual(JSON.parse(sent.body), {
          model: "bark",
          voice: "v2/en_speaker_1",
          input: "Hello there.",
          response_format: "wav"
        })
      })
    )
  })
})
