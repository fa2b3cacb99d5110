import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Wav from "../../src/audio/Wav.ts"
import { asked, config, contract } from "./contracts/XVoice.ts"
import { sound } from "./contracts/Contract.ts"
import { describeService } from "./describeService.ts"
import { sentRequest } from "./sentRequest.ts"
import { engines } from "./TtsLayer.ts"

await describeService("x_tts", contract)

describe("XTts", () => {
  const answer = { headers: { "content-type": "audio/wav" }, chunks: [Wav.encode(sound(9))] }
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("asks for a stream by query and body, one of which the server reads", () =>
      Effect.gen(function* () {
        const sent = yield* sentRequest(config, "there is none", asked.text, answer)
        assert.strictEqual(sent.outcome._tag, "Right")
        const url = new URL(sent.path, "http://host")
        assert.deepStrictEqual([sent.method, url.pathname], ["GET", "/tts_stream"])
        assert.deepStrictEqual(Object.fromEntries(url.searchParams), asked)
        assert.deepStrictEqual(JSON.parse(sent.body), asked)
        assert.strictEqual(sent.headers["content-type"], "application/json")
      })
    )

    for (const path of ["/tts_to_audio", "/tts_to_audio/", ""]) {
      it.scoped(`asks for a whole sentence where the address ends in "${path}"`, () =>
        Effect.gen(function* () {
          const sent = yield* sentRequest(
            (url) => config(url, { api_url: url + path }),
            "there is none",
            asked.text,
            answer
          )
          assert.strictEqual(sent.outcome._tag, "Right")
          assert.deepStrictEqual([sent.method, sent.path], ["POST", "/tts_to_audio/"])
          assert.deepStrictEqual(JSON.parse(sent.body), asked)
        })
      )
    }
  })
})
