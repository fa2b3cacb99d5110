import { EngineUnavailable } from "./EngineUnavailable.ts"
import type { EngineKind } from "./EngineUnavailable.ts"

/** An engine is chosen that the configuration has no section for. `sections`: where it belongs, such as `asr_config`. */
export const noSection = (kind: EngineKind, sections: string, engine: string) =>
  new EngineUnavailable({
    kind,
    engine,
    reason: "the configuration has no section for it",
    advice: `Add ${sections}.${engine}.`
  })

/** An engine is chosen that there is none of. `key`: what chooses it; `what`: it in a sentence; `built`: those there are. */
export const notBuilt = (
  kind: EngineKind,
  engine: string,
  { built, key, what }: { readonly key: string; readonly what: string; readonly built: ReadonlyArray<string> }
) =>
  new EngineUnavailable({
    kind,
    engine,
    reason: `${what} is not part of this version`,
    advice: `Set ${key} to one of ${built.join(", ")}.`
  })
