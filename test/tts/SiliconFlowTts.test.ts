import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Pcm from "../../src/audio/Pcm.ts"
import * as Mp3 from "../support/Mp3.ts"
import type { Answer } from "../support/ServiceServer.ts"
import { bytesOf, describeService, inChunks, sound } from "./describeService.ts"
import { sentRequest } from "./sentRequest.ts"
import * as TtsConfigs from "./TtsConfigs.ts"
import { engines } from "./TtsLayer.ts"

const secret = "sk-silicon-very-secret"
const config = (url: string, changes: Readonly<Record<string, unknown>> = {}) =>
  TtsConfigs.of("siliconflow_tts", { api_key: secret, api_url: `${url}/v1/audio/speech`, ...changes })

const refusal = (status: number, body: unknown): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  chunks: [JSON.stringify(body)]
})

// Shapes: SiliconFlow's API reference, "Create speech" and "Error handling".
await describeService("siliconflow_tts", {
  config,
  secret,
  textOf: ({ body }) => (JSON.parse(body.toString()) as { readonly input: string }).input,
  answer: (pcm) => ({
    headers: { "content-type": "audio/mpeg" },
    chunks: inChunks(Mp3.ofLength(Pcm.duration(pcm)))
  }),
  refusals: {
    key: refusal(401, "Invalid token"),
    model: refusal(400, { code: 20_012, message: "Model does not exist. Please check it carefully." }),
    quota: refusal(403, { code: 30_001, message: "Sorry, your account balance is insufficient" })
  },
  keys: {
    secret: "tts_config.siliconflow_tts.api_key",
    model: "tts_config.siliconflow_tts.default_model",
    address: "tts_config.siliconflow_tts.api_url"
  },
  streams: true
})

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
