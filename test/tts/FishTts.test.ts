import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Pcm from "../../src/audio/Pcm.ts"
import * as Mp3 from "../support/Mp3.ts"
import type { Answer } from "../support/ServiceServer.ts"
import { describeService, inChunks } from "./describeService.ts"
import { sentRequest } from "./sentRequest.ts"
import * as TtsConfigs from "./TtsConfigs.ts"
import { engines } from "./TtsLayer.ts"

const secret = "fish-very-secret"
const config = (url: string, changes: Readonly<Record<string, unknown>> = {}) =>
  TtsConfigs.of("fish_api_tts", {
    api_key: secret,
    reference_id: "802e3bc2b27e49c2995d23ef70e6ac89",
    latency: "balanced",
    base_url: url,
    ...changes
  })

const refusal = (status: number, message: string): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  chunks: [JSON.stringify({ status, message })]
})

// Shapes: Fish Audio's API reference, "Text to Speech"; its library 1.3.0, `tts.stream`.
await describeService("fish_api_tts", {
  config,
  secret,
  textOf: ({ body }) => (JSON.parse(body.toString()) as { readonly text: string }).text,
  answer: (pcm) => ({
    headers: { "content-type": "audio/mpeg" },
    chunks: inChunks(Mp3.ofLength(Pcm.duration(pcm)))
  }),
  refusals: {
    key: refusal(401, "No permission -- see authorization schemes"),
    model: refusal(400, "Reference not found"),
    quota: refusal(402, "No payment -- see charging schemes")
  },
  keys: {
    secret: "tts_config.fish_api_tts.api_key",
    model: "tts_config.fish_api_tts.reference_id",
    address: "tts_config.fish_api_tts.base_url"
  },
  streams: true
})

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
