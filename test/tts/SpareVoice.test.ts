import { assert, describe, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as Pcm from "../../src/audio/Pcm.ts"
import * as Wav from "../../src/audio/Wav.ts"
import type { TtsConfig } from "../../src/config/TtsConfig.ts"
import * as SpareVoice from "../../src/tts/SpareVoice.ts"
import { TtsEngines } from "../../src/tts/Tts.ts"
import { Census } from "../../src/telemetry/Census.ts"
import * as ServiceServer from "../support/ServiceServer.ts"
import type { Answer } from "../support/ServiceServer.ts"
import { peak } from "./describeTts.ts"
import * as TtsConfigs from "./TtsConfigs.ts"
import { engines } from "./TtsLayer.ts"
import * as Tone from "../support/Tone.ts"

const openSpare = (config: TtsConfig) =>
  Effect.gen(function* () {
    const told: Array<string> = []
    const voice = yield* SpareVoice.open(yield* TtsEngines, config, (failure, spare) =>
      Effect.sync(() => void told.push(`${failure.engine} ${spare}`))
    )
    return { told, voice }
  })

const refusal: Answer = { status: 400, chunks: ["not today"] }
const answer: Answer = { chunks: [Tone.wav(300)] }

describe("SpareVoice", () => {
  layer(Layer.merge(engines, Census.layer), { excludeTestServices: true })((it) => {
    it.scoped("has another voice speak what the first one could not, and tells of each outage once", () =>
      Effect.gen(function* () {
        let isDown = true
        const server = yield* ServiceServer.open(() => (isDown ? refusal : answer))
        const { told, voice } = yield* openSpare(
          TtsConfigs.openAi({ base_url: server.url, fallback: "flite_tts" })
        )
        for (let sentence = 0; sentence < 2; sentence++)
          assert.isAbove(Pcm.duration(yield* voice.synthesize("Hello there, all of you.")), 600)
        assert.deepStrictEqual(told, ["openai_tts flite_tts"])
        isDown = false
        for (let sentence = 0; sentence < 3; sentence++)
          assert.strictEqual(Pcm.duration(yield* voice.synthesize("Hello there, all of you.")), 300)
        isDown = true
        yield* voice.synthesize("Hello.")
        assert.strictEqual(told.length, 2)
      })
    )

    it.scoped("says nothing twice: what broke off after it had begun stays broken off", () =>
      Effect.gen(function* () {
        const wav = Wav.encode(Tone.pcm(600))
        const server = yield* ServiceServer.open(() => ({
          headers: { "content-length": String(wav.length) },
          chunks: [wav.subarray(0, wav.length / 2)],
          delayMs: 5,
          afterwards: "cut"
        }))
        const { told, voice } = yield* openSpare(
          TtsConfigs.openAi({ base_url: server.url, fallback: "flite_tts" })
        )
        const heard: Array<Pcm.Pcm> = []
        const hear = (piece: Pcm.Pcm) => Effect.sync(() => void heard.push(piece))
        const failure = yield* Effect.flip(voice.stream!("Hello there.", hear))
        assert.strictEqual(failure._tag, "SynthesisFailed")
        assert.closeTo(
          heard.reduce((sum, piece) => sum + Pcm.duration(piece), 0),
          300,
          20
        )
        assert.deepStrictEqual(told, [])
      })
    )

    it.scoped("has the other voice from the start where the first one cannot be had", () =>
      Effect.gen(function* () {
        const { told, voice } = yield* openSpare(
          TtsConfigs.of("piper_tts", { model_path: "/nowhere/voice.onnx", fallback: "flite_tts" })
        )
        assert.strictEqual(voice.engine, "flite_tts")
        assert.isAbove(peak(yield* voice.synthesize("Hello.")), 1000)
        assert.deepStrictEqual(told, ["piper_tts flite_tts"])
      })
    )

    it.scoped("fails as the first one did where the other one cannot speak either", () =>
      Effect.gen(function* () {
        const server = yield* ServiceServer.open(() => refusal)
        const { told, voice } = yield* openSpare(
          TtsConfigs.openAi({ base_url: server.url, fallback: "piper_tts" })
        )
        const failure = yield* Effect.flip(voice.synthesize("Hello."))
        assert.strictEqual(failure.engine, "openai_tts")
        assert.match(failure.message, /not today.*Its fallback does not work either: piper_tts /u)
        assert.deepStrictEqual(told, [])
      })
    )
  })
})
