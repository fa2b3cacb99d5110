import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Wav from "../../src/audio/Wav.ts"
import { config, contract } from "./contracts/CoquiVoice.ts"
import { sound } from "./contracts/Contract.ts"
import { describeService } from "./describeService.ts"
import { sentRequest } from "./sentRequest.ts"
import { engines } from "./TtsLayer.ts"

await describeService("coqui_tts", contract)

describe("CoquiTts", () => {
  const answer = { headers: { "content-type": "audio/wav" }, chunks: [Wav.encode(sound(9))] }
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("asks by a query, without what the section leaves empty", () =>
      Effect.gen(function* () {
        const sent = yield* sentRequest(config, "there is none", "Fish & chips?", answer)
        assert.strictEqual(sent.outcome._tag, "Right")
        assert.strictEqual(sent.method, "GET")
        const url = new URL(sent.path, "http://host")
        assert.strictEqual(url.pathname, "/api/tts")
        assert.deepStrictEqual(Object.fromEntries(url.searchParams), {
          text: "Fish & chips?",
          speaker_id: "Ana Florence",
          language_id: "en"
        })
      })
    )

    it.scoped("names the recording to imitate", () =>
      Effect.gen(function* () {
        const sent = yield* sentRequest(
          (url) => config(`${url}/`, { speaker_id: "", language: "", speaker_wav: "/voices/ana.wav" }),
          "there is none",
          "Hello.",
          answer
        )
        assert.strictEqual(sent.path, "/api/tts?text=Hello.&speaker_wav=%2Fvoices%2Fana.wav")
      })
    )
  })
})
