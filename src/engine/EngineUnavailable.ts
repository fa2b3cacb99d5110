import { Schema } from "effect"

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
  reason: Schema.String,
  /** What to do about it, a whole sentence. */
  advice: Schema.String,
  cause: Schema.optional(Schema.Defect)
}) {
  override get message(): string {
    return `${this.engine} is not available: ${this.reason}. ${this.advice}`
  }
}
