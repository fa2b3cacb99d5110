import { Schema } from "effect"

/** The thread that decodes sound did not start, or ended by itself; the sound is not to blame. `message` is fit for a client. */
export class DecoderStopped extends Schema.TaggedError<DecoderStopped>()("DecoderStopped", {
  /** What became of it, a clause without a full stop. */
  reason: Schema.String,
  cause: Schema.optional(Schema.Defect)
}) {
  override get message(): string {
    return `The sound was not decoded: ${this.reason}. It is started anew by itself; please try again.`
  }
}
