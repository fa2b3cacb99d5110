import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Pcm from "../../src/audio/Pcm.ts"
import * as Mp3 from "../support/Mp3.ts"
import { config, contract, secret } from "./contracts/ElevenLabsVoice.ts"
import { bytesOf, inChunks, sound } from "./contracts/Contract.ts"
import { describeService } from "./describeService.ts"
import { sentRequest } from "./sentRequest.ts"
import { engines } from "./TtsLayer.ts"

await describeService("elevenlabs_tts", contract)

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
