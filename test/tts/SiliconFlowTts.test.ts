import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { config, contract, secret } from "./contracts/SiliconFlowVoice.ts"
import { bytesOf, sound } from "./contracts/Contract.ts"
import { describeService } from "./describeService.ts"
import { sentRequest } from "./sentRequest.ts"
import { engines } from "./TtsLayer.ts"

await describeService("siliconflow_tts", contract)

describe("SiliconFlowTts", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("sends all keys of its section", () =>
      Effect.gen(function* () {
        const sent = yield* sentRequest(
          (url) => config(url, { gain: 2, speed: 1.5, response_format: "pcm", sample_rate: 24_000 }),
          secret,
          "Hello there.",
          { headers: { "content-type": "audio/pcm" }, chunks: [bytesOf(sound(9))] }
        )
        assert.deepStrictEqual([sent.method, sent.path], ["POST", "/v1/audio/speech"])
        assert.strictEqual(sent.headers.authorization, `Bearer ${secret}`)
        assert.deepStrictEqual(JSON.parse(sent.body), {
          model: "FunAudioLLM/CosyVoice2-0.5B",
          voice: "speech:Dreamflowers:5bdstvc39i:xkqldnpasqmoqbakubom",
          input: "Hello there.",
          response_format: "pcm",
          sample_rate: 24_000,
          stream: true,
          speed: 1.5,
          gain: 2
        })
        assert.strictEqual(sent.outcome._tag, "Right")
        if (sent.outcome._tag === "Right") assert.deepStrictEqual(sent.outcome.right, sound(9))
      })
    )
  })
})
