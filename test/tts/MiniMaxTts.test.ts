import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Pcm from "../../src/audio/Pcm.ts"
import { english } from "../../src/language/Text.ts"
import * as Mp3 from "../support/Mp3.ts"
import * as ServiceServer from "../support/ServiceServer.ts"
import { config, contract, fine, refusal, secret, stream } from "./contracts/MiniMaxVoice.ts"
import { inChunks } from "./contracts/Contract.ts"
import { describeService } from "./describeService.ts"
import { open } from "./describeTts.ts"
import { sentRequest } from "./sentRequest.ts"
import { engines } from "./TtsLayer.ts"

await describeService("minimax_tts", contract)

describe("MiniMaxTts", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("asks for a stream, and plays no sound twice that comes whole at its end", () =>
      Effect.gen(function* () {
        const mp3 = Mp3.ofLength(1500)
        const sent = yield* sentRequest(
          (url) => config(url, { pronunciation_dict: '{"tone": ["omg/oh my god"]}' }),
          secret,
          "Hello there.",
          stream(inChunks(mp3), mp3)
        )
        assert.deepStrictEqual([sent.method, sent.path], ["POST", "/v1/t2a_v2?GroupId=17000001"])
        assert.strictEqual(sent.headers.authorization, `Bearer ${secret}`)
        assert.deepStrictEqual(JSON.parse(sent.body), {
          model: "speech-02-turbo",
          text: "Hello there.",
          stream: true,
          stream_options: { exclude_aggregated_audio: true },
          voice_setting: { voice_id: "male-qn-qingse", speed: 1, vol: 1, pitch: 0 },
          audio_setting: { sample_rate: 32_000, bitrate: 128_000, format: "mp3", channel: 1 },
          pronunciation_dict: { tone: ["omg/oh my god"] }
        })
        assert.strictEqual(sent.outcome._tag, "Right")
        if (sent.outcome._tag === "Right") assert.closeTo(Pcm.duration(sent.outcome.right), 1500, 120)
      })
    )

    it.scoped("plays what comes whole, in one event or as one answer", () =>
      Effect.gen(function* () {
        const mp3 = Mp3.ofLength(900)
        const json = JSON.stringify({
          data: { audio: Buffer.from(mp3).toString("hex"), status: 2 },
          base_resp: fine
        })
        for (const answer of [
          stream([], mp3),
          { headers: { "content-type": "application/json" }, chunks: [json] }
        ]) {
          const { outcome, path } = yield* sentRequest(
            (url) => config(url, { group_id: "" }),
            secret,
            "Hello.",
            answer
          )
          assert.strictEqual(path, "/v1/t2a_v2")
          assert.strictEqual(outcome._tag, "Right")
        }
      })
    )

    it.scoped("asks again when its code says so, and not for what only the person can mend", () =>
      Effect.gen(function* () {
        for (const [code, requests, said] of [
          [1002, 3, "answers no more requests"],
          [1024, 3, "failed with status 1024"],
          [1004, 1, "does not accept the key (status 1004)"],
          [2013, 1, 'refused the request with status 2013: "no such luck"']
        ] as const) {
          const server = yield* ServiceServer.open(() => refusal(code, "no such luck"))
          const tts = yield* open(config(server.url))
          const { detail } = yield* Effect.flip(tts.synthesize("Hello."))
          assert.include(english(detail), said)
          assert.strictEqual(server.log.length, requests)
        }
      })
    )

    it.scoped("fails at what it says in the middle of a stream", () =>
      Effect.gen(function* () {
        const { chunks = [], headers = {} } = stream(inChunks(Mp3.ofLength(900)))
        for (const [last, said] of [
          [`data: ${JSON.stringify({ base_resp: { status_code: 1008 } })}\n\n`, "nothing left"],
          ["data: {not JSON}\n\n", "sent what cannot be read"],
          [`data: {"data": {"audio": "xyz"}}\n\n`, "sent what cannot be read"]
        ] as const) {
          const answer = { headers, chunks: [...chunks.slice(0, 2), last] }
          const { outcome } = yield* sentRequest(config, secret, "Hello.", answer)
          assert.strictEqual(outcome._tag, "Left")
          if (outcome._tag === "Left") assert.include(english(outcome.left.detail), said)
        }
      })
    )
  })
})
