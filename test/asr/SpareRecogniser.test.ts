import { assert, describe, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { AsrEngines } from "../../src/asr/Asr.ts"
import * as SpareRecogniser from "../../src/asr/SpareRecogniser.ts"
import type { AsrConfig } from "../../src/config/AsrConfig.ts"
import { Census } from "../../src/telemetry/Census.ts"
import * as ServiceServer from "../support/ServiceServer.ts"
import type { Answer } from "../support/ServiceServer.ts"
import { engines } from "./AsrLayer.ts"
import * as AsrConfigs from "./AsrConfigs.ts"
import { samples } from "./describeRecognitionService.ts"

const openSpare = (config: AsrConfig) =>
  Effect.gen(function* () {
    const told: Array<string> = []
    const asr = yield* SpareRecogniser.open(yield* AsrEngines, config, (failure, spare) =>
      Effect.sync(() => void told.push(`${failure.engine} ${spare}`))
    )
    return { asr, told }
  })

const refusal: Answer = { status: 400, chunks: ["not today"] }
const answer = (text: string): Answer => ({ chunks: [JSON.stringify({ text })] })

const config = (url: string, spare: object) =>
  AsrConfigs.of(
    "openai_asr",
    { base_url: url, fallback: "whisper_cpp" },
    { whisper_cpp: { model_name: "base", model_dir: "models", ...spare } }
  )

describe("SpareRecogniser", () => {
  layer(Layer.merge(engines, Census.layer), { excludeTestServices: true })((it) => {
    it.scoped("has another one hear what the first one could not, and tells of each outage once", () =>
      Effect.gen(function* () {
        let isDown = true
        const server = yield* ServiceServer.open(() => (isDown ? refusal : answer("First.")))
        const spare = yield* ServiceServer.open(() => answer("Second."))
        const { asr, told } = yield* openSpare(config(server.url, { base_url: spare.url }))
        for (let count = 0; count < 2; count++) assert.strictEqual(yield* asr.transcribe(samples), "Second.")
        assert.deepStrictEqual(told, ["openai_asr whisper_cpp"])
        isDown = false
        for (let count = 0; count < 3; count++) assert.strictEqual(yield* asr.transcribe(samples), "First.")
        isDown = true
        yield* asr.transcribe(samples)
        assert.strictEqual(told.length, 2)
        assert.strictEqual(spare.log.length, 3)
      })
    )

    it.scoped("says what is wrong with the first one if the other one cannot hear, either", () =>
      Effect.gen(function* () {
        const server = yield* ServiceServer.open(() => refusal)
        const { asr } = yield* openSpare(config(server.url, { base_url: "http://127.0.0.1:9" }))
        assert.include((yield* Effect.flip(asr.transcribe(samples))).message, "not today")
        // One that cannot be opened.
        const { whisper_cpp: _, ...without } = config(server.url, {})
        const { asr: lonely } = yield* openSpare(without)
        assert.include((yield* Effect.flip(lonely.transcribe(samples))).message, "not today")
      })
    )

    it.scoped("takes the place of one that cannot be opened", () =>
      Effect.gen(function* () {
        const spare = yield* ServiceServer.open(() => answer("Second."))
        const broken = AsrConfigs.of(
          "whisper_cpp",
          { model_name: "base", model_dir: "models", fallback: "openai_asr" },
          { openai_asr: { base_url: spare.url } }
        )
        const opener = yield* AsrEngines
        const refusing = {
          open: (config: AsrConfig) =>
            config.asr_model === "whisper_cpp"
              ? opener.open({ asr_model: "sherpa_onnx_asr" })
              : opener.open(config)
        }
        const told: Array<string> = []
        const asr = yield* SpareRecogniser.open(refusing, broken, (failure, spare) =>
          Effect.sync(() => void told.push(`${failure.engine} ${spare}`))
        )
        assert.strictEqual(yield* asr.transcribe(samples), "Second.")
        assert.deepStrictEqual(told, ["sherpa_onnx_asr openai_asr"])
      })
    )
  })
})
