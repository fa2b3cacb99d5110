import { Schema } from "effect"
import { say, Words } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

/** What a failure of an engine at its work says of itself. */
export const fields = {
  /** The configuration's name for the engine, such as `openai_tts`. */
  engine: Schema.String,
  /** What happened, a clause without a full stop. */
  detail: Words,
  /** What to do about it, a whole sentence. */
  advice: Words,
  cause: Schema.optional(Schema.Defect)
}

/** What it says of the engine, as a breaker wants to know it. */
export const judged = {
  /** Whether the engine is to blame, and not what it was asked for. Without it: it is. */
  fault: Schema.optional(Schema.Boolean),
  /** Whether its whole time-out was waited for. */
  slow: Schema.optional(Schema.Boolean)
}

/** The failure in words that are fit for a client. */
export const describe = (failure: {
  readonly engine: string
  readonly detail: Words
  readonly advice: Words
}): Text => say("engine.failed", failure.engine, failure.detail, failure.advice)
