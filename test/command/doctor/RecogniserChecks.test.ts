import { describe, expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as EngineChecks from "../../../src/command/doctor/EngineChecks.ts"
import type { AsrConfig } from "../../../src/config/AsrConfig.ts"
import * as AsrConfigs from "../../asr/AsrConfigs.ts"
import { engines } from "../../asr/AsrLayer.ts"
import * as ServiceServer from "../../support/ServiceServer.ts"

const speech = new Float32Array(16_000).fill(0.5)

/** What is said of a service that refuses in this way, or answers "One two three.". */
const checked = (config: (url: string) => AsrConfig, status: number, body: object) =>
  Effect.gen(function* () {
    const server = yield* ServiceServer.open(() => ({ status, chunks: [JSON.stringify(body)] }))
    return yield* EngineChecks.asr(config(server.url), speech)
  })

const error = (message: string) => ({ error: { message } })
const openAi = (base_url: string) => AsrConfigs.of("openai_asr", { base_url, api_key: "sk-secret" })
const groq = (base_url: string) => AsrConfigs.of("groq_whisper_asr", { base_url, api_key: "gsk-secret" })
const deepgram = (base_url: string) => AsrConfigs.of("deepgram_asr", { base_url, api_key: "dg-secret" })
const azure = (base_url: string) =>
  AsrConfigs.of("azure_asr", { base_url, api_key: "az-secret", region: "eastus", languages: ["xx"] })

describe("the check of a recogniser elsewhere", () => {
  layer(engines, { excludeTestServices: true })((it) => {
    it.scoped("tells wrong key, wrong address, wrong model and no quota apart, with the cure", () =>
      Effect.gen(function* () {
        for (const [name, config, key, model, quota, place] of [
          [
            "openai_asr",
            openAi,
            error("Incorrect API key provided: sk-secret"),
            error("The model `x` does not exist"),
            error("You exceeded your current quota"),
            "model"
          ],
          [
            "groq_whisper_asr",
            groq,
            error("Invalid API Key"),
            error("The model `x` does not exist or you do not have access to it."),
            error("exceeded its quota"),
            "model"
          ],
          [
            "deepgram_asr",
            deepgram,
            { err_msg: "Invalid credentials." },
            { err_msg: "No such model/language/tier combination found." },
            { err_msg: "Project is out of credits" },
            "model"
          ],
          [
            "azure_asr",
            azure,
            error("Access denied due to invalid subscription key"),
            error("Unsupported language xx"),
            error("Out of call volume quota"),
            "languages"
          ]
        ] as const) {
          const section = `asr_config.${name}`
          const wrongKey = yield* checked(config, 401, key)
          expect(wrongKey).toMatchObject({ state: "broken", mend: `Correct ${section}.api_key.` })
          expect(JSON.stringify(wrongKey)).not.toContain("-secret")
          expect(yield* checked(config, 400, model)).toMatchObject({
            state: "broken",
            mend: expect.stringContaining(`${section}.${place}`)
          })
          expect(yield* checked(config, 403, quota)).toMatchObject({
            state: "broken",
            mend: expect.stringContaining("Top the account up")
          })
          expect(yield* checked(config, 404, {})).toMatchObject({
            state: "broken",
            mend: `Correct ${section}.base_url.`
          })
        }
      })
    )

    it.scoped("is content with one that understands", () =>
      Effect.gen(function* () {
        expect(yield* checked(openAi, 200, { text: "One, two, three." })).toMatchObject({ state: "ok" })
        expect(yield* EngineChecks.asr(openAi("http://127.0.0.1:9"), speech)).toMatchObject({
          state: "broken"
        })
      })
    )
  })
})
