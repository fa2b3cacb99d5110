import { describe, expect, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Decode } from "../../../src/audio/Decode.ts"
import * as EngineChecks from "../../../src/command/doctor/EngineChecks.ts"
import * as ServiceServer from "../../support/ServiceServer.ts"
import type { Answer } from "../../support/ServiceServer.ts"
import * as AzureVoice from "../../tts/contracts/AzureVoice.ts"
import * as BarkVoice from "../../tts/contracts/BarkVoice.ts"
import * as CartesiaVoice from "../../tts/contracts/CartesiaVoice.ts"
import { sound } from "../../tts/contracts/Contract.ts"
import type { Contract } from "../../tts/contracts/Contract.ts"
import * as CoquiVoice from "../../tts/contracts/CoquiVoice.ts"
import * as CosyVoice from "../../tts/contracts/CosyVoice.ts"
import * as EdgeVoice from "../../tts/contracts/EdgeVoice.ts"
import * as ElevenLabsVoice from "../../tts/contracts/ElevenLabsVoice.ts"
import * as FishVoice from "../../tts/contracts/FishVoice.ts"
import * as GptSovitsVoice from "../../tts/contracts/GptSovitsVoice.ts"
import * as MeloVoice from "../../tts/contracts/MeloVoice.ts"
import * as MiniMaxVoice from "../../tts/contracts/MiniMaxVoice.ts"
import * as OpenAiVoice from "../../tts/contracts/OpenAiVoice.ts"
import * as SiliconFlowVoice from "../../tts/contracts/SiliconFlowVoice.ts"
import * as SparkVoice from "../../tts/contracts/SparkVoice.ts"
import * as XVoice from "../../tts/contracts/XVoice.ts"
import { engines } from "../../tts/TtsLayer.ts"

const contracts: Readonly<Record<string, Contract>> = {
  azure_tts: AzureVoice.contract,
  bark_tts: BarkVoice.contract,
  cartesia_tts: CartesiaVoice.contract,
  coqui_tts: CoquiVoice.contract,
  cosyvoice_tts: CosyVoice.cosyVoice,
  cosyvoice2_tts: CosyVoice.cosyVoice2,
  edge_tts: EdgeVoice.contract,
  elevenlabs_tts: ElevenLabsVoice.contract,
  fish_api_tts: FishVoice.contract,
  gpt_sovits_tts: GptSovitsVoice.contract,
  melo_tts: MeloVoice.contract,
  minimax_tts: MiniMaxVoice.contract,
  openai_tts: OpenAiVoice.contract,
  siliconflow_tts: SiliconFlowVoice.contract,
  spark_tts: SparkVoice.contract,
  x_tts: XVoice.contract
}

/** What is found where the voice's server answers so; without an answer nobody is at its port. */
const found = (contract: Contract, answer?: () => Answer) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { config, listen = ServiceServer.listen, secret } = contract
      const server = yield* Effect.acquireRelease(
        Effect.promise(() => listen(answer ?? (() => ({})))),
        ({ close }) => Effect.promise(close)
      )
      if (answer === undefined) yield* Effect.promise(server.close)
      const { finding } = yield* EngineChecks.tts(config(server.url))
      expect(JSON.stringify(finding)).not.toContain(secret)
      return finding
    })
  )

describe("the check of a voice elsewhere", () => {
  layer(Layer.merge(engines, Decode.layer), { excludeTestServices: true })((it) => {
    for (const [name, contract] of Object.entries(contracts)) {
      const { keys, refusals } = contract
      for (const [what, answer, mend] of [
        ["a wrong key", () => refusals.key, keys.secret],
        ["a model that is not there", () => refusals.model, keys.model],
        ["another server at that address", () => ({ status: 404, chunks: ["no such page"] }), keys.address],
        ["nobody at that address", undefined, keys.address]
      ] as const)
        it.effect(`${name}: tells ${what}, with the cure`, () =>
          Effect.gen(function* () {
            const finding = yield* found(contract, answer)
            expect(finding.state).toBe("broken")
            expect(finding.mend).toContain(mend)
          })
        )

      const { quota } = refusals
      if (quota !== undefined)
        it.effect(`${name}: tells an account without anything left, with the cure`, () =>
          Effect.gen(function* () {
            expect(yield* found(contract, () => quota)).toMatchObject({
              state: "broken",
              mend: expect.stringContaining("Top the account up")
            })
          })
        )

      it.effect(`${name}: is content with one that speaks`, () =>
        Effect.gen(function* () {
          // Made before it is asked for, and long: it must not be spoken more slowly than it is heard.
          const spoken = contract.answer(sound(100))
          const finding = yield* found(contract, () => spoken)
          expect(finding.state).toBe("ok")
        })
      )
    }
  })
})
