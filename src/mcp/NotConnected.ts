import { Schema } from "effect"

/** An MCP server cannot be reached, or no longer. Both texts are fit for a client. */
export class NotConnected extends Schema.TaggedError<NotConnected>()("NotConnected", {
  /** What is wrong, a clause without a full stop. */
  reason: Schema.String,
  /** What to do about it, a whole sentence. */
  advice: Schema.String,
  cause: Schema.optional(Schema.Defect)
}) {
  override get message(): string {
    return `${this.reason}. ${this.advice}`
  }
}
