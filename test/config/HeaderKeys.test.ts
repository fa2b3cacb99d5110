import { assert, describe, it } from "@effect/vitest"
import { Either, Schema } from "effect"
import * as RemoteAsr from "../../src/config/RemoteAsrConfig.ts"
import { BarkTtsConfig } from "../../src/config/RemoteTtsConfig.ts"
import { OpenAiTtsConfig } from "../../src/config/TtsConfig.ts"

/** Sections whose `api_key` goes into a header of each request. */
const decoders: Readonly<Record<string, (section: unknown) => Either.Either<object, Error>>> = {
  openai_asr: Schema.decodeUnknownEither(RemoteAsr.OpenAiAsrConfig),
  groq_whisper_asr: Schema.decodeUnknownEither(RemoteAsr.GroqWhisperAsrConfig),
  deepgram_asr: Schema.decodeUnknownEither(RemoteAsr.DeepgramAsrConfig),
  azure_asr: Schema.decodeUnknownEither(RemoteAsr.AzureAsrConfig),
  openai_tts: Schema.decodeUnknownEither(OpenAiTtsConfig),
  bark_tts: Schema.decodeUnknownEither(BarkTtsConfig)
}

describe("keys of speech services", () => {
  for (const [name, decode] of Object.entries(decoders))
    it(`${name}: a key that no header can hold is told, and not shown`, () => {
      const section = (api_key: string) => decode({ api_key, region: "eastus", voice: "a" })
      assert.isTrue(Either.isRight(section("very-secret")))
      for (const key of ["very-secret\n", "very-sécret"]) {
        const { message } = Either.getOrThrow(Either.flip(section(key)))
        assert.include(message, "no key can have")
        assert.notInclude(message, "very-s")
      }
    })
})
