import { assert, describe, layer } from "@effect/vitest"
import { NodeHttpClient } from "@effect/platform-node"
import { ConfigProvider, Effect } from "effect"
import * as AzureAsr from "../../src/asr/AzureAsr.ts"
import { english } from "../../src/language/Text.ts"
import * as FormBody from "../support/FormBody.ts"
import * as ServiceServer from "../support/ServiceServer.ts"
import type { Answer } from "../support/ServiceServer.ts"
import { engines } from "./AsrLayer.ts"
import * as AsrConfigs from "./AsrConfigs.ts"
import { describeRecognitionService, open, samples } from "./describeRecognitionService.ts"

const json = (body: object, status = 200): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  chunks: [JSON.stringify(body)]
})
const refusal = (status: number, message: string) =>
  json({ error: { code: String(status), message } }, status)
const secret = "azure-very-secret"

const azure = (base_url: string, changes: object = {}) =>
  AsrConfigs.of("azure_asr", {
    api_key: secret,
    region: "eastus",
    languages: ["en-US"],
    base_url,
    ...changes
  })
const understood = (text: string) =>
  text === ""
    ? json({ RecognitionStatus: "NoMatch", Offset: 0, Duration: 0 })
    : json({ RecognitionStatus: "Success", DisplayText: text, Offset: 0, Duration: 10 })

// Shapes: Microsoft's documentation, "Speech to text REST API for short audio".
await describeRecognitionService("azure_asr", {
  config: azure,
  secret,
  wavOf: ({ body }) => body,
  answer: understood,
  refusals: {
    key: refusal(401, "Access denied due to invalid subscription key or wrong API endpoint."),
    model: refusal(400, "Unsupported language tlh."),
    quota: refusal(403, "Out of call volume quota. Quota will be replenished in 2.03:25:10.")
  },
  keys: {
    secret: "asr_config.azure_asr.api_key",
    model: "asr_config.azure_asr.languages",
    address: "asr_config.azure_asr.base_url"
  }
})

const recognised = (text: string) =>
  json({ durationMilliseconds: 1000, combinedPhrases: text === "" ? [] : [{ text }], phrases: [] })

// Shapes: Microsoft's documentation, "Use the fast transcription API"; of several languages it is always that one.
await describeRecognitionService("azure_asr", {
  config: (url, changes) => azure(url, { languages: ["en-US", "zh-CN"], ...changes }),
  secret,
  wavOf: (asked) => FormBody.fileOf(asked, "audio"),
  answer: recognised,
  refusals: {
    key: refusal(401, "Access denied due to invalid subscription key or wrong API endpoint."),
    model: refusal(400, "The locale tlh is an unsupported language."),
    quota: refusal(403, "Out of call volume quota. Quota will be replenished in 2.03:25:10.")
  },
  keys: {
    secret: "asr_config.azure_asr.api_key",
    model: "asr_config.azure_asr.languages",
    address: "asr_config.azure_asr.base_url"
  }
})

describe("azure_asr", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("asks for one language as the API for short sounds wants to be asked", () =>
      Effect.gen(function* () {
        const server = yield* ServiceServer.open(() => understood("Hello."))
        const environment = ConfigProvider.fromMap(new Map([["AZURE_SPEECH_ENDPOINT", `${server.url}/`]]))
        const asr = yield* Effect.withConfigProvider(
          open(AsrConfigs.of("azure_asr", { api_key: secret, region: "eastus", languages: ["de-DE"] })),
          environment
        )
        assert.strictEqual(yield* asr.transcribe(samples), "Hello.")
        const { body, headers, method, path } = server.log[0]!
        assert.strictEqual(method, "POST")
        assert.strictEqual(
          path,
          "/speech/recognition/conversation/cognitiveservices/v1?language=de-DE&format=simple"
        )
        assert.strictEqual(headers["ocp-apim-subscription-key"], secret)
        assert.strictEqual(headers["content-type"], "audio/wav; codecs=audio/pcm; samplerate=16000")
        assert.strictEqual(body.length, 32_044)
      })
    )

    it.scoped("has the language found out of several, and sends longer ones there, too", () =>
      Effect.gen(function* () {
        const server = yield* ServiceServer.open(() => recognised("Hello."))
        const languages = ["en-US", "zh-CN"]
        for (const [asr, heard, locales] of [
          [azure(server.url, { languages }), samples, { locales: languages }],
          [azure(server.url), new Float32Array(61 * 16_000).fill(0.5), { locales: ["en-US"] }],
          [azure(server.url, { languages: [] }), samples, {}]
        ] as const) {
          assert.strictEqual(
            yield* Effect.flatMap(open(asr), ({ transcribe }) => transcribe(heard)),
            "Hello."
          )
          const asked = server.log.at(-1)!
          assert.strictEqual(
            `${asked.method} ${asked.path}`,
            "POST /speechtotext/transcriptions:transcribe?api-version=2024-11-15"
          )
          assert.strictEqual(asked.headers["ocp-apim-subscription-key"], secret)
          assert.deepStrictEqual(yield* Effect.promise(() => FormBody.shown(asked)), {
            audio: `utterance.wav audio/wav ${44 + heard.length * 2}`,
            definition: JSON.stringify(locales)
          })
        }
        assert.strictEqual(server.log.length, 3)
      })
    )

    it.scoped("tells what was not understood from what failed", () =>
      Effect.gen(function* () {
        const statuses = ["NoMatch", "InitialSilenceTimeout", "BabbleTimeout", "Error"]
        const server = yield* ServiceServer.open((_, index) => json({ RecognitionStatus: statuses[index] }))
        const asr = yield* open(azure(server.url))
        for (let nothing = 0; nothing < 3; nothing++) assert.strictEqual(yield* asr.transcribe(samples), "")
        const error = yield* Effect.flip(asr.transcribe(samples))
        assert.include(english(error.detail), "RecognitionStatus Error")
      })
    )

    it.scoped("names the host that was asked, and quotes what Azure says of a key", () =>
      Effect.gen(function* () {
        const http = yield* NodeHttpClient.Dispatcher
        const config = (changes: object) =>
          AsrConfigs.of("azure_asr", { api_key: secret, region: "East US", ...changes }).azure_asr!
        const several = yield* AzureAsr.service(http, config({}))
        const one = yield* AzureAsr.service(http, config({ languages: ["en-US"] }))
        assert.strictEqual(several.about.address, "https://eastus.api.cognitive.microsoft.com")
        assert.strictEqual(one.about.address, "https://eastus.stt.speech.microsoft.com")
        assert.strictEqual(one.addressFor?.(61), several.about.address)
        assert.deepStrictEqual(one.about.keys.secret, ["api_key", "region"])
        assert.strictEqual(one.about.keys.address, "region")

        const words = "Access denied due to invalid subscription key or wrong API endpoint."
        const server = yield* ServiceServer.open(() => refusal(401, words))
        const asr = yield* open(azure(server.url))
        assert.include(english((yield* Effect.flip(asr.transcribe(samples))).detail), words)
      }).pipe(Effect.provide(NodeHttpClient.dispatcherLayer))
    )
  })
})
