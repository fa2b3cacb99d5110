import { NodeContext } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"

const load = (text: string) =>
  Effect.flatMap(ConfigFolder.make({ "conf.yaml": text }), (folder) => ConfigFile.load(`${folder}/conf.yaml`))

const withVoice = (value: string) => ConfigFolder.minimal.replace("tts_model: flite_tts", value)

layer(NodeContext.layer)("an engine that is left empty", (it) => {
  it.scoped.each(["", '""', "null", "'  '"])("means none: %j", (empty) =>
    Effect.gen(function* () {
      const { config, warnings } = yield* load(
        `${withVoice(`tts_model: ${empty}`)}  asr_config:\n    asr_model: ${empty}\n` +
          `    sherpa_onnx_asr: {model: auto}\n  vad_config:\n    vad_model: ${empty}\n`
      )
      const { asr_config, tts_config, vad_config } = config.character_config
      expect([asr_config.asr_model, tts_config.tts_model, vad_config.vad_model]).toEqual(
        Array(3).fill(undefined)
      )
      expect(warnings).toEqual([])
    })
  )

  it.scoped("is said to be missing where a voice is not even left empty, and words are still looked at", () =>
    Effect.gen(function* () {
      const missing = yield* Effect.flip(load(withVoice("flite_tts: {}")))
      expect(missing.message).toMatch(/tts_model: is required: one of .*; leave it empty for none$/u)
      const slip = yield* Effect.flip(load(withVoice("tts_model: flite")))
      expect(slip.message).toMatch(/tts_model: expected one of flite_tts, .*piper_tts/u)
    })
  )
})
