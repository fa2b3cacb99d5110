import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as FastCheck from "fast-check"
import * as Ssml from "../../src/tts/Ssml.ts"
import { answer, config, contract, secret, unescape } from "./contracts/AzureVoice.ts"
import { bytesOf, sound } from "./contracts/Contract.ts"
import { describeService } from "./describeService.ts"
import { sentRequest } from "./sentRequest.ts"
import { engines } from "./TtsLayer.ts"

await describeService("azure_tts", contract)

describe("AzureTts", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("sends one SSML document, with the text escaped", () =>
      Effect.gen(function* () {
        const sent = yield* sentRequest(
          config,
          secret,
          'Fish & <break time="9s"/> \0chips',
          answer([bytesOf(sound(9))])
        )
        assert.strictEqual(sent.outcome._tag, "Right")
        assert.deepStrictEqual([sent.method, sent.path], ["POST", "/cognitiveservices/v1"])
        assert.strictEqual(sent.headers["ocp-apim-subscription-key"], secret)
        assert.strictEqual(sent.headers["content-type"], "application/ssml+xml")
        assert.strictEqual(sent.headers["x-microsoft-outputformat"], "raw-24khz-16bit-mono-pcm")
        assert.strictEqual(sent.headers["user-agent"], "seiyuu")
        assert.strictEqual(
          sent.body,
          '<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="en-US">' +
            '<voice name="en-US-AshleyNeural"><prosody pitch="+26%" rate="1">' +
            "Fish &amp; &lt;break time=&quot;9s&quot;/&gt;  chips</prosody></voice></speak>"
        )
      })
    )

    it.scoped("takes pitch as a number or in words, and the language from the voice", () =>
      Effect.gen(function* () {
        for (const [pitch, written] of [
          ["-5", "-5%"],
          ["", "+0%"],
          ["high", "high"]
        ]) {
          const sent = yield* sentRequest(
            (url) => config(url, { pitch, voice: "zh-CN-XiaoxiaoNeural" }),
            secret,
            "Hello.",
            answer([bytesOf(sound(9))])
          )
          assert.include(sent.body, `pitch="${written}"`)
          assert.include(sent.body, 'xml:lang="zh-CN"')
        }
      })
    )
  })
})

describe("Ssml", () => {
  it("keeps any text within its element", () =>
    FastCheck.assert(
      FastCheck.property(FastCheck.string({ unit: "binary" }), (text) => {
        const escaped = Ssml.escape(text)
        assert.notMatch(escaped, /[<>"']|&(?!(amp|lt|gt|quot|apos);)|\p{Cs}/u)
        assert.strictEqual(
          unescape(escaped),
          text.replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, " ")
        )
      })
    ))
})
