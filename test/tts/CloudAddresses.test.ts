import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, layer } from "@effect/vitest"
import { ConfigProvider, Effect } from "effect"
import type { TtsConfig } from "../../src/config/TtsConfig.ts"
import type { VoiceName } from "../../src/config/VoiceNames.ts"
import type * as ServiceAddress from "../../src/engine/ServiceAddress.ts"
import * as AzureTts from "../../src/tts/AzureTts.ts"
import * as CartesiaTts from "../../src/tts/CartesiaTts.ts"
import * as EdgeTts from "../../src/tts/EdgeTts.ts"
import * as ElevenLabsTts from "../../src/tts/ElevenLabsTts.ts"
import * as FishTts from "../../src/tts/FishTts.ts"
import * as MiniMaxTts from "../../src/tts/MiniMaxTts.ts"
import * as OpenAiTts from "../../src/tts/OpenAiTts.ts"
import type * as RemoteVoice from "../../src/tts/RemoteVoice.ts"
import * as SiliconFlowTts from "../../src/tts/SiliconFlowTts.ts"
import * as TtsConfigs from "./TtsConfigs.ts"

type Http = typeof NodeHttpClient.Dispatcher.Service

/** A voice, what its section must have, the environment's variable, and where the service is without both. */
const voice = <Name extends VoiceName>(
  name: Name,
  service: (
    http: Http,
    section: NonNullable<TtsConfig[Name]>
  ) => Effect.Effect<RemoteVoice.Service, ServiceAddress.NoAddress>,
  section: Readonly<Record<string, unknown>>,
  variable: string,
  usual: string
) => ({
  name,
  variable,
  usual,
  address: (more: Readonly<Record<string, unknown>> = {}) =>
    Effect.gen(function* () {
      const config = TtsConfigs.of(name, { api_key: "secret", ...section, ...more })
      return (yield* service(yield* NodeHttpClient.Dispatcher, config[name]!)).about.address
    })
})

const azure = { region: "eastus", voice: "en-US-AvaNeural", pitch: "0", rate: "1" }
const voices = [
  voice(
    "azure_tts",
    AzureTts.service,
    azure,
    "AZURE_TTS_BASE_URL",
    "https://eastus.tts.speech.microsoft.com"
  ),
  voice(
    "edge_tts",
    EdgeTts.service,
    { voice: "en-US-AvaNeural" },
    "EDGE_TTS_BASE_URL",
    "https://speech.platform.bing.com/consumer/speech/synthesize/readaloud"
  ),
  voice(
    "elevenlabs_tts",
    ElevenLabsTts.service,
    { voice_id: "a" },
    "ELEVENLABS_BASE_URL",
    "https://api.elevenlabs.io"
  ),
  voice(
    "cartesia_tts",
    CartesiaTts.service,
    { voice_id: "a" },
    "CARTESIA_BASE_URL",
    "https://api.cartesia.ai"
  ),
  voice("minimax_tts", MiniMaxTts.service, { group_id: "1" }, "MINIMAX_API_HOST", "https://api.minimaxi.com"),
  voice(
    "fish_api_tts",
    FishTts.service,
    { reference_id: "a", latency: "normal" },
    "FISH_API_BASE_URL",
    "https://api.fish.audio"
  ),
  voice("openai_tts", OpenAiTts.service, {}, "OPENAI_BASE_URL", "http://localhost:8880/v1")
]
const siliconFlow = voice(
  "siliconflow_tts",
  SiliconFlowTts.service,
  {},
  "SILICONFLOW_BASE_URL",
  "https://api.siliconflow.cn/v1/audio/speech"
)

const withVariable = (name: string, value: string) =>
  Effect.withConfigProvider(ConfigProvider.fromMap(new Map([[name, value]])))

describe("the addresses of services in the cloud", () => {
  layer(NodeHttpClient.dispatcherLayer)((it) => {
    for (const { address, name, usual, variable } of voices)
      it.scoped(`${name}: base_url, else ${variable}, else the usual one`, () =>
        Effect.gen(function* () {
          const elsewhere = withVariable(variable, "https://other.example/")
          assert.strictEqual(
            yield* elsewhere(address({ base_url: "https://own.example/" })),
            "https://own.example"
          )
          assert.strictEqual(yield* elsewhere(address()), "https://other.example")
          assert.strictEqual(yield* withVariable(variable, "")(address()), usual)
        })
      )

    it.scoped("siliconflow_tts: api_url unless it is the usual one, else SILICONFLOW_BASE_URL", () =>
      Effect.gen(function* () {
        const { address, usual, variable } = siliconFlow
        const elsewhere = withVariable(variable, "https://api.siliconflow.com/v1/")
        assert.strictEqual(
          yield* elsewhere(address({ api_url: "http://own.example/speak" })),
          "http://own.example/speak"
        )
        assert.strictEqual(
          yield* elsewhere(address({ api_url: usual })),
          "https://api.siliconflow.com/v1/audio/speech"
        )
        assert.strictEqual(yield* withVariable(variable, "")(address()), usual)
      })
    )

    it.scoped("azure_tts: knows a region by both of its names, and the clouds of their own", () =>
      Effect.gen(function* () {
        for (const [region, host] of [
          ["East US", "eastus.tts.speech.microsoft.com"],
          ["chinanorth2", "chinanorth2.tts.speech.azure.cn"],
          ["USGov Virginia", "usgovvirginia.tts.speech.azure.us"],
          ["evil.example/", "evilexample.tts.speech.microsoft.com"]
        ])
          assert.strictEqual(
            yield* withVariable("AZURE_TTS_BASE_URL", "")(voices[0]!.address({ region })),
            `https://${host}`
          )
      })
    )
  })
})
