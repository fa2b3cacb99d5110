import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Mp3 from "../support/Mp3.ts"
import { config, contract, secret } from "./contracts/FishVoice.ts"
import { describeService } from "./describeService.ts"
import { sentRequest } from "./sentRequest.ts"
import { engines } from "./TtsLayer.ts"

await describeService("fish_api_tts", contract)

describe("FishTts", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("asks for MP3 in the voice of the id", () =>
      Effect.gen(function* () {
        const answer = { headers: { "content-type": "audio/mpeg" }, chunks: [Mp3.ofLength(900)] }
        const sent = yield* sentRequest(config, secret, "Hello there.", answer)
        assert.strictEqual(sent.outcome._tag, "Right")
        assert.deepStrictEqual([sent.method, sent.path], ["POST", "/v1/tts"])
        assert.strictEqual(sent.headers.authorization, `Bearer ${secret}`)
        assert.strictEqual(sent.headers["model"], "s2-pro")
        assert.deepStrictEqual(JSON.parse(sent.body), {
          text: "Hello there.",
          reference_id: "802e3bc2b27e49c2995d23ef70e6ac89",
          format: "mp3",
          mp3_bitrate: 128,
          latency: "balanced"
        })
        const other = yield* sentRequest(
          (url) => config(url, { reference_id: "", model: "s1" }),
          secret,
          "Hello.",
          answer
        )
        assert.strictEqual(other.headers["model"], "s1")
        assert.notProperty(JSON.parse(other.body), "reference_id")
      })
    )
  })
})
