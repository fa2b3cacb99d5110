import { EngineUnavailable } from "./EngineUnavailable.ts"
import type { EngineKind } from "./EngineUnavailable.ts"
import { say } from "../language/Text.ts"

/** An engine is chosen that the configuration has no section for. `sections`: where it belongs, such as `asr_config`. */
export const noSection = (kind: EngineKind, sections: string, engine: string) =>
  new EngineUnavailable({
    kind,
    engine,
    reason: say("engine.noSection"),
    advice: say("engine.addSection", `${sections}.${engine}`)
  })
