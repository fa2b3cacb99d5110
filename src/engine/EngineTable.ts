import { EngineUnavailable } from "./EngineUnavailable.ts"
import type { EngineKind } from "./EngineUnavailable.ts"
import { say } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

/** An engine is chosen that the configuration has no section for. `sections`: where it belongs, such as `asr_config`. */
export const noSection = (kind: EngineKind, sections: string, engine: string) =>
  new EngineUnavailable({
    kind,
    engine,
    reason: say("engine.noSection"),
    advice: say("engine.addSection", `${sections}.${engine}`)
  })

/** An engine is chosen that there is none of. `key`: what chooses it; `what`: that it is not; `built`: those there are. */
export const notBuilt = (
  kind: EngineKind,
  engine: string,
  { built, key, what }: { readonly key: string; readonly what: Text; readonly built: ReadonlyArray<string> }
) =>
  new EngineUnavailable({
    kind,
    engine,
    reason: what,
    advice: say("engine.setToOneOf", key, built)
  })
