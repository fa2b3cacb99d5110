import { Effect, Layer } from "effect"
import type { Scope } from "effect"
import type { VadConfig } from "../config/VadConfig.ts"
import { EnginePool } from "../engine/EnginePool.ts"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as SileroVad from "./SileroVad.ts"
import { VadEngines } from "./Vad.ts"
import type { Vad } from "./Vad.ts"
import { say } from "../language/Text.ts"

/** From `vad_model` to the listener. */
const listeners: Readonly<
  Record<
    NonNullable<VadConfig["vad_model"]>,
    (pool: EnginePool["Type"]) => Effect.Effect<Vad, EngineUnavailable, Scope.Scope>
  >
> = { silero_vad: (pool) => SileroVad.open(pool) }

export const layer = Layer.effect(
  VadEngines,
  Effect.map(EnginePool, (pool) => ({
    open: ({ vad_model }) => {
      if (vad_model === undefined) return notSet
      return listeners[vad_model](pool)
    }
  }))
)

const notSet = Effect.fail(
  new EngineUnavailable({
    kind: "vad",
    engine: "vad_model",
    reason: say("speech.noDetection"),
    advice: say("speech.setDetection")
  })
)
