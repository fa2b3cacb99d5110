import { Schema } from "effect"
import { english, Words } from "../language/Text.ts"

/** An MCP server cannot be reached, or no longer. Both texts are fit for a client. */
export class NotConnected extends Schema.TaggedError<NotConnected>()("NotConnected", {
  /** What is wrong, a clause without a full stop. */
  reason: Words,
  /** What to do about it, a whole sentence. */
  advice: Words,
  cause: Schema.optional(Schema.Defect)
}) {
  override get message(): string {
    return `${english(this.reason)}. ${english(this.advice)}`
  }
}
