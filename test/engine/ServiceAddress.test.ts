import { assert, describe, it, layer } from "@effect/vitest"
import { ConfigProvider, Effect } from "effect"
import { AsrEngines } from "../../src/asr/Asr.ts"
import * as ServiceAddress from "../../src/engine/ServiceAddress.ts"
import { TtsEngines } from "../../src/tts/Tts.ts"
import * as AsrConfigs from "../asr/AsrConfigs.ts"
import * as AsrLayer from "../asr/AsrLayer.ts"
import * as TtsConfigs from "../tts/TtsConfigs.ts"
import * as TtsLayer from "../tts/TtsLayer.ts"

const withVariable = (name: string, value: string) =>
  Effect.withConfigProvider(ConfigProvider.fromMap(new Map([[name, value]])))
const usual = "https://api.example.com/v1"
const of = (value: string, configured?: string) =>
  withVariable("X_URL", value)(ServiceAddress.of(configured, "X_URL", usual))

/** None of them is an address of the web; the last might hold a key. */
const wrong = ["api.example.com", "localhost:8080", "ftp://example.com", "http://", "key secret"]

describe("ServiceAddress", () => {
  it.effect("is what the section says, else the environment, else the usual one", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* of("https://env.example/", "http://own.example//"), "http://own.example")
      assert.strictEqual(yield* of(" https://env.example/ "), "https://env.example")
      assert.strictEqual(yield* of(" "), usual)
      assert.strictEqual(yield* ServiceAddress.of(undefined, "UNSET_X", usual), usual)
    })
  )

  for (const value of wrong)
    it.effect(`does not take ${JSON.stringify(value)} of the environment`, () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(
          yield* Effect.flip(of(value)),
          new ServiceAddress.NoAddress({ variable: "X_URL" })
        )
        assert.strictEqual(yield* of(value, "http://own.example"), "http://own.example")
      })
    )

  layer(AsrLayer.engines)((it) => {
    for (const [name, variable, section] of [
      ["openai_asr", "OPENAI_BASE_URL", {}],
      ["groq_whisper_asr", "GROQ_BASE_URL", { api_key: "key" }],
      ["deepgram_asr", "DEEPGRAM_BASE_URL", { api_key: "key" }],
      ["azure_asr", "AZURE_SPEECH_ENDPOINT", { api_key: "key", region: "eastus" }]
    ] as const)
      it.scoped(`${name} names ${variable} when it is wrong, without its value`, () =>
        Effect.gen(function* () {
          const { open } = yield* AsrEngines
          const { message } = yield* Effect.flip(
            withVariable(variable, "localhost:8080")(open(AsrConfigs.of(name, section)))
          )
          assert.include(message, name)
          assert.include(message, `Correct ${variable}`)
          assert.notInclude(message, "localhost")
        })
      )
  })

  layer(TtsLayer.engines)((it) => {
    it.scoped("voices do so, too", () =>
      Effect.gen(function* () {
        const { open } = yield* TtsEngines
        const config = TtsConfigs.of("elevenlabs_tts", { api_key: "key", voice_id: "a" })
        const { message } = yield* Effect.flip(
          withVariable("ELEVENLABS_BASE_URL", "localhost:8080")(open(config))
        )
        assert.include(message, "Correct ELEVENLABS_BASE_URL")
        assert.notInclude(message, "localhost")
      })
    )
  })
})
