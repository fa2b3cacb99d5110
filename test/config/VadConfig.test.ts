import { NodeContext } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as ConfigFolder from "../support/ConfigFolder.ts"
import { loadText, problemsOf } from "./LoadText.ts"

layer(NodeContext.layer)("VadConfig", (it) => {
  it.scoped(
    "takes voice activity detection without its values, names wrong ones, and lets unused ones be",
    () =>
      Effect.gen(function* () {
        const values = "silero_vad: {required_hits: 0, prob_threshold: 40, smoothing_window: 2.5}"
        const chosen = yield* loadText(`${ConfigFolder.minimal}  vad_config: {vad_model: silero_vad}\n`)
        expect(chosen.config.character_config.vad_config).toEqual({
          vad_model: "silero_vad",
          silero_vad: {
            orig_sr: 16_000,
            target_sr: 16_000,
            prob_threshold: 0.4,
            db_threshold: 60,
            required_hits: 3,
            required_misses: 24,
            smoothing_window: 5
          }
        })
        expect(chosen.warnings).toEqual([])
        const silero = "character_config.vad_config.silero_vad"
        expect(
          (yield* problemsOf(
            `${ConfigFolder.minimal}  vad_config: {vad_model: silero_vad, ${values}}\n`
          )).map((problem) => problem.replace(/^\S+ /u, ""))
        ).toEqual([
          `${silero}.required_hits: expected a whole number from 1 to 1000, found 0`,
          `${silero}.prob_threshold: expected a number from 0 to 1, found 40`,
          `${silero}.smoothing_window: expected a whole number from 1 to 1000, found 2.5`
        ])
        const unused = yield* loadText(`${ConfigFolder.minimal}  vad_config: {${values}}\n`)
        expect(unused.config.character_config.vad_config.silero_vad.required_hits).toBe(3)
        expect(unused.warnings).toHaveLength(3)
      })
  )
})
