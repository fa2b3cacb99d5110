import { createHash } from "node:crypto"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as FastCheck from "fast-check"
import { english } from "../../src/language/Text.ts"
import * as EdgeMessages from "../../src/tts/EdgeMessages.ts"
import * as Mp3 from "../support/Mp3.ts"
import { audio, config, contract, listen, said, speech } from "./contracts/EdgeVoice.ts"
import { inChunks } from "./contracts/Contract.ts"
import { describeService } from "./describeService.ts"
import { sentRequest } from "./sentRequest.ts"
import { engines } from "./TtsLayer.ts"

await describeService("edge_tts", contract)

describe("EdgeTts", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("connects as the browser does, and sends its settings and the text", () =>
      Effect.gen(function* () {
        const before = Date.now()
        const answer = speech(inChunks(Mp3.ofLength(900)))
        const sent = yield* sentRequest(config, "there is none", "Fish & chips.", answer, listen)
        assert.strictEqual(sent.outcome._tag, "Right")
        const url = new URL(sent.path, "http://host")
        assert.strictEqual(url.pathname, "/edge/v1")
        assert.deepStrictEqual(
          [...url.searchParams.keys()],
          ["TrustedClientToken", "Sec-MS-GEC", "Sec-MS-GEC-Version", "ConnectionId"]
        )
        assert.include(
          [EdgeMessages.token(before), EdgeMessages.token(Date.now())],
          url.searchParams.get("Sec-MS-GEC")
        )
        assert.match(url.searchParams.get("ConnectionId") ?? "", /^[0-9a-f]{32}$/)
        assert.match(sent.headers["user-agent"] ?? "", /Edg\/\d+/)
        assert.match(sent.headers.origin ?? "", /^chrome-extension:/)
        assert.match(sent.body, /Path:speech\.config\r\n\r\n\{"context".*"audio-24khz-48kbitrate-mono-mp3"/)
        assert.include(
          sent.body,
          'Path:ssml\r\n\r\n<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="en-US">' +
            '<voice name="en-US-AvaMultilingualNeural"><prosody pitch="+0Hz" rate="+0%">Fish &amp; chips.</prosody></voice></speak>'
        )
      })
    )

    it.scoped("says so of messages that make no sense", () =>
      Effect.gen(function* () {
        for (const [chunks, words] of [
          [[said("turn.start"), "what is this?"], "sent what cannot be read"],
          [[new Uint8Array([255, 255, 1])], "sent what cannot be read"],
          [[new Uint8Array(1)], "sent what cannot be read"]
        ] as const) {
          const { outcome } = yield* sentRequest(config, "there is none", "Hello.", { chunks }, listen)
          assert.strictEqual(outcome._tag, "Left")
          if (outcome._tag === "Left") assert.include(english(outcome.left.detail), words)
        }
      })
    )
  })
})

describe("EdgeMessages", () => {
  it("makes a token that counts for five minutes", () => {
    // 2026-11-26 12:00:00 UTC, in intervals of 100 ns since 1601.
    const now = Date.UTC(2026, 10, 26, 12)
    const expected = createHash("sha256")
      .update("1344016800000000006A5AA1D4EAFF4E9FB37E23D68491D6F4")
      .digest("hex")
      .toUpperCase()
    assert.strictEqual(EdgeMessages.token(now), expected)
    assert.strictEqual(EdgeMessages.token(now + 299_999), expected)
    assert.notStrictEqual(EdgeMessages.token(now + 300_000), expected)
  })

  it("reads any message, and the sound of those that have some", () =>
    FastCheck.assert(
      FastCheck.property(FastCheck.uint8Array({ maxLength: 300 }), (bytes) => {
        assert.deepStrictEqual(EdgeMessages.read(audio(bytes)), new Uint8Array(bytes))
        EdgeMessages.read(bytes)
        EdgeMessages.read(Buffer.from(bytes).toString("latin1"))
      })
    ))
})
