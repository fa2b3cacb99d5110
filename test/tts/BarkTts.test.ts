import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Wav from "../../src/audio/Wav.ts"
import { config, contract, secret } from "./contracts/BarkVoice.ts"
import { sound } from "./contracts/Contract.ts"
import { describeService } from "./describeService.ts"
import { sentRequest } from "./sentRequest.ts"
import { engines } from "./TtsLayer.ts"

await describeService("bark_tts", contract)

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
