import { Effect, Layer } from "effect"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import { AsrEngines, TranscriptionFailed } from "./Asr.ts"
import type { Asr } from "./Asr.ts"

const advice = "Type instead of speaking."

/** A character that has no recogniser says so when somebody speaks to it, not before. */
const deaf: Asr = {
  engine: "asr_model",
  transcribe: () =>
    Effect.fail(
      new TranscriptionFailed({
        engine: "asr_model",
        detail: "this character has no speech recogniser",
        advice
      })
    )
}

/** No recogniser is built in this version: one that the configuration asks for is reported as missing. */
export const layer = Layer.succeed(AsrEngines, {
  open: ({ asr_model }) =>
    asr_model === undefined
      ? Effect.succeed(deaf)
      : new EngineUnavailable({
          kind: "asr",
          engine: asr_model,
          reason: "speech recognition is not part of this version",
          advice
        })
})
