import { assert, describe, layer } from "@effect/vitest"
import { ConfigProvider, Effect } from "effect"
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
const refusal = (status: number, message: string) => json({ error: { message } }, status)
const secret = "sk-very-secret"

const openAi = (url: string, changes: object = {}) =>
  AsrConfigs.of("openai_asr", { api_key: secret, base_url: `${url}/v1`, ...changes })

// Shapes: OpenAI's API reference, "Create transcription" and "Error codes".
await describeRecognitionService("openai_asr", {
  config: openAi,
  secret,
  wavOf: (asked) => FormBody.fileOf(asked, "file"),
  answer: (text) => json({ text, usage: { type: "duration", seconds: 1 } }),
  refusals: {
    key: refusal(401, `Incorrect API key provided: ${secret}.`),
    model: refusal(404, "The model `whisper-9` does not exist"),
    quota: refusal(429, "You exceeded your current quota, please check your plan and billing details.")
  },
  keys: {
    secret: "asr_config.openai_asr.api_key",
    model: "asr_config.openai_asr.model",
    address: "asr_config.openai_asr.base_url"
  }
})

const groq = (base_url: string, changes: object = {}) =>
  AsrConfigs.of("groq_whisper_asr", { api_key: secret, base_url, ...changes })

// Shapes: Groq's API reference, "Create transcription" and "API error codes and responses".
await describeRecognitionService("groq_whisper_asr", {
  config: groq,
  secret,
  wavOf: (asked) => FormBody.fileOf(asked, "file"),
  answer: (text) => json({ text, x_groq: { id: "req_1" } }),
  refusals: {
    key: refusal(401, "Invalid API Key"),
    model: refusal(404, "The model `whisper-9` does not exist or you do not have access to it."),
    quota: refusal(402, "Your organization has reached its spend limit.")
  },
  keys: {
    secret: "asr_config.groq_whisper_asr.api_key",
    model: "asr_config.groq_whisper_asr.model",
    address: "asr_config.groq_whisper_asr.base_url"
  }
})

describe("groq_whisper_asr", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("asks as the API wants to be asked, at a host or at the API itself", () =>
      Effect.gen(function* () {
        const server = yield* ServiceServer.open(() => json({ text: "Hello." }))
        const environment = ConfigProvider.fromMap(new Map([["GROQ_BASE_URL", `${server.url}/`]]))
        const host = yield* Effect.withConfigProvider(
          open(AsrConfigs.of("groq_whisper_asr", { api_key: secret, lang: "en" })),
          environment
        )
        yield* host.transcribe(samples)
        yield* Effect.flatMap(open(groq(`${server.url}/openai/v1`)), (asr) => asr.transcribe(samples))
        const [first, second] = server.log
        assert.strictEqual(`${first!.method} ${first!.path}`, "POST /openai/v1/audio/transcriptions")
        assert.strictEqual(second!.path, first!.path)
        assert.strictEqual(first!.headers.authorization, `Bearer ${secret}`)
        assert.deepStrictEqual(yield* Effect.promise(() => FormBody.shown(first!)), {
          file: "utterance.wav audio/wav 32044",
          model: "whisper-large-v3-turbo",
          response_format: "json",
          language: "en"
        })
      })
    )
  })
})

describe("openai_asr", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("asks as the API wants to be asked, with or without a slash at the end", () =>
      Effect.gen(function* () {
        const server = yield* ServiceServer.open(() => json({ text: " Guten Tag. \n" }))
        const asr = yield* open(openAi(`${server.url}`, { base_url: `${server.url}/v1/` }))
        assert.strictEqual(yield* asr.transcribe(samples), "Guten Tag.")
        const other = yield* open(
          openAi(server.url, { model: "large", language: "de", prompt: "Hana", response_format: "json" })
        )
        yield* other.transcribe(samples)
        const [plain, full] = server.log
        assert.strictEqual(`${plain!.method} ${plain!.path}`, "POST /v1/audio/transcriptions")
        assert.strictEqual(plain!.headers.authorization, `Bearer ${secret}`)
        const file = "utterance.wav audio/wav 32044"
        assert.deepStrictEqual(yield* Effect.promise(() => FormBody.shown(plain!)), {
          file,
          model: "whisper-1",
          response_format: "json"
        })
        assert.deepStrictEqual(yield* Effect.promise(() => FormBody.shown(full!)), {
          file,
          model: "large",
          response_format: "json",
          language: "de",
          prompt: "Hana"
        })
      })
    )

    it.scoped("takes the transcript as plain text, but no page", () =>
      Effect.gen(function* () {
        const server = yield* ServiceServer.open((_, index) => ({
          chunks: [index === 0 ? "Hello, {you}.\n" : "<!DOCTYPE html><html>Welcome</html>"]
        }))
        const asr = yield* open(openAi(server.url, { response_format: "text" }))
        assert.strictEqual(yield* asr.transcribe(samples), "Hello, {you}.")
        assert.include((yield* Effect.flip(asr.transcribe(samples))).message, "web page")
      })
    )

    it.scoped("goes where the environment says if the section does not", () =>
      Effect.gen(function* () {
        const server = yield* ServiceServer.open(() => json({ text: "Hello." }))
        const environment = ConfigProvider.fromMap(new Map([["OPENAI_BASE_URL", `${server.url}/else`]]))
        const asr = yield* Effect.withConfigProvider(open(AsrConfigs.of("openai_asr", {})), environment)
        yield* asr.transcribe(samples)
        assert.strictEqual(server.log[0]!.path, "/else/audio/transcriptions")
      })
    )
  })
})
