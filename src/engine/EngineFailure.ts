import { Schema } from "effect"

/** What a failure of an engine at its work says of itself. */
export const fields = {
  /** The configuration's name for the engine, such as `openai_tts`. */
  engine: Schema.String,
  /** What happened, a clause without a full stop. */
  detail: Schema.String,
  /** What to do about it, a whole sentence. */
  advice: Schema.String,
  cause: Schema.optional(Schema.Defect)
}

/** The failure in words that are fit for a client. */
export const describe = (failure: {
  readonly engine: string
  readonly detail: string
  readonly advice: string
}): string => `${failure.engine}: ${failure.detail}. ${failure.advice}`
