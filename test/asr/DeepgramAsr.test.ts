import { assert, describe, layer } from "@effect/vitest"
import { ConfigProvider, Effect, Fiber } from "effect"
import * as ServiceServer from "../support/ServiceServer.ts"
import type { Answer } from "../support/ServiceServer.ts"
import { engines } from "./AsrLayer.ts"
import * as AsrConfigs from "./AsrConfigs.ts"
import { describeRecognitionService, open, samples } from "./describeRecognitionService.ts"

const secret = "deepgram-very-secret"

const deepgram = (base_url: string, changes: object = {}) =>
  AsrConfigs.of("deepgram_asr", { api_key: secret, base_url, ...changes })

const json = (body: object, status = 200): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  chunks: [JSON.stringify(body)]
})
const refusal = (status: number, err_code: string, err_msg: string) =>
  json({ err_code, err_msg, request_id: "5f0c" }, status)

const understood = (transcript: string) =>
  json({
    metadata: { duration: 1, channels: 1 },
    results: { channels: [{ alternatives: [{ transcript, confidence: 0.99, words: [] }] }] }
  })

// Shapes: Deepgram's API reference, "Pre-recorded audio", and its documentation, "Errors".
await describeRecognitionService("deepgram_asr", {
  config: deepgram,
  secret,
  wavOf: ({ body }) => body,
  answer: understood,
  refusals: {
    key: refusal(401, "INVALID_AUTH", "Invalid credentials."),
    model: refusal(400, "Bad Request", "Bad Request: No such model/language/tier combination found."),
    quota: refusal(402, "ASR_PAYMENT_REQUIRED", "Project does not have enough credits.")
  },
  keys: {
    secret: "asr_config.deepgram_asr.api_key",
    model: "asr_config.deepgram_asr.model",
    address: "asr_config.deepgram_asr.base_url"
  }
})

describe("deepgram_asr", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("asks for whole utterances as the API wants to be asked", () =>
      Effect.gen(function* () {
        const server = yield* ServiceServer.open(() => understood("Hello."))
        const environment = ConfigProvider.fromMap(new Map([["DEEPGRAM_BASE_URL", `${server.url}/`]]))
        const asr = yield* Effect.withConfigProvider(
          open(AsrConfigs.of("deepgram_asr", { api_key: secret })),
          environment
        )
        assert.strictEqual(yield* asr.transcribe(samples), "Hello.")
        const german = yield* open(deepgram(server.url, { model: "nova-2", language: "de" }))
        yield* german.transcribe(samples)
        const [first, second] = server.log
        assert.strictEqual(
          `${first!.method} ${first!.path}`,
          "POST /v1/listen?model=nova-3&smart_format=true&detect_language=true"
        )
        assert.strictEqual(first!.headers.authorization, `Token ${secret}`)
        assert.strictEqual(first!.headers["content-type"], "audio/wav")
        assert.strictEqual(second!.path, "/v1/listen?model=nova-2&smart_format=true&language=de")
      })
    )

    it.scoped("explains a refusal in the service's words", () =>
      Effect.gen(function* () {
        const server = yield* ServiceServer.open(() =>
          refusal(400, "Bad Request", "Bad Request: failed to process audio: corrupt or unsupported data")
        )
        const asr = yield* open(deepgram(server.url))
        const { message } = yield* Effect.flip(asr.transcribe(samples))
        assert.include(message, '"Bad Request: failed to process audio: corrupt or unsupported data"')
        assert.notInclude(message, "request_id")
      })
    )

    it.scoped("leaves a place that it waited for", () =>
      Effect.gen(function* () {
        const server = yield* ServiceServer.open((_, index) =>
          index === 0 ? { afterwards: "nothing" } : understood("Hello.")
        )
        const asr = yield* open(deepgram(server.url, { max_concurrency: 1 }))
        const first = yield* Effect.fork(asr.transcribe(samples))
        yield* Effect.promise(() => server.log.reached(1))
        yield* Fiber.interrupt(yield* Effect.fork(asr.transcribe(samples)))
        yield* Fiber.interrupt(first)
        assert.strictEqual(yield* asr.transcribe(samples), "Hello.")
        assert.strictEqual(server.log.length, 2)
      })
    )
  })
})
