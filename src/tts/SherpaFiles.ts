import { Effect } from "effect"
import * as EngineFiles from "../engine/EngineFiles.ts"
import type { SherpaVoice } from "./SherpaVoice.ts"

/**
 * Fails unless everything is there that the library reads, and readable: it ends its process over some of what is not.
 */
export const check = Effect.fn("SherpaFiles.check")(function* (
  place: EngineFiles.Place,
  voice: SherpaVoice,
  ruleFsts: ReadonlyArray<string>
) {
  for (const { is, key, values } of voice.given) {
    if (is === "word") continue
    for (const path of values) yield* EngineFiles.check(place, key, path, is === "folder" ? is : "file")
  }
  for (const path of ruleFsts) yield* EngineFiles.check(place, "tts_rule_fsts", path)
})
