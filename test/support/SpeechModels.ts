import { join } from "node:path"
import { Effect, Layer } from "effect"
import { ModelStore } from "../../src/models/ModelStore.ts"
import type { VoiceStore } from "../../src/tts/VoiceStore.ts"

const folder = process.env.SEIYUU_TEST_VOICES ?? "."
const at = (...path: ReadonlyArray<string>) => join(folder, ...path)

/** A piper voice that sherpa-onnx can read, as `sherpa_onnx_tts` names its files. */
export const joe = {
  vits_model: at("joe", "model.onnx"),
  vits_tokens: at("joe", "tokens.txt"),
  vits_data_dir: at("espeak-ng-data")
}

/** The same voice as piper's users have it; its `.onnx.json` lies beside it. */
export const rawPiper = at("en_US-joe-medium.onnx")

const espeak = { path: joe.vits_data_dir, engine: {}, needs: {} }
const { vits_data_dir: _, ...own } = joe

const voices: VoiceStore = {
  obtain: (_, id) =>
    id === "piper-joe"
      ? Effect.succeed({ path: joe.vits_model, engine: own, needs: { "espeak-ng-data": espeak } })
      : id === "espeak-ng-data"
        ? Effect.succeed(espeak)
        : Effect.fail({ reason: `the catalogue has no ${id}`, advice: "Write piper-joe." }),
  piperVoice: () => Effect.succeed({ model: joe.vits_model, tokens: joe.vits_tokens })
}

/** The model store of the tests. */
export const store = Layer.succeed(ModelStore, voices as never)
