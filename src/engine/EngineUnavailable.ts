import { Schema } from "effect"
import { english, say, Words } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

/** What kind of engine is meant: the room of `src/` that it lives in. */
export const EngineKind = Schema.Literal(
  "llm",
  "tts",
  "asr",
  "vad",
  "wake",
  "translate",
  "mcp",
  "agent",
  "embedding"
)
export type EngineKind = typeof EngineKind.Type

/**
 * An engine cannot be had: its model is missing, its configuration is wrong, or it is not part of this version.
 * `message` is fit for a client: it names no path and no secret.
 */
export class EngineUnavailable extends Schema.TaggedError<EngineUnavailable>()("EngineUnavailable", {
  kind: EngineKind,
  /** The configuration's name for it, such as `flite_tts`. */
  engine: Schema.String,
  /** What is wrong, a clause without a full stop. */
  reason: Words,
  /** What to do about it, a whole sentence. */
  advice: Words,
  cause: Schema.optional(Schema.Defect)
}) {
  get words(): Text {
    return say("engine.unavailable", this.engine, this.reason, this.advice)
  }

  override get message(): string {
    return english(this.words)
  }
}
