import { Schema } from "effect"
import { english, say, Words } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

/** The thread that decodes sound did not start, or ended by itself; the sound is not to blame. `message` is fit for a client. */
export class DecoderStopped extends Schema.TaggedError<DecoderStopped>()("DecoderStopped", {
  /** What became of it, a clause without a full stop. */
  reason: Words,
  cause: Schema.optional(Schema.Defect)
}) {
  get words(): Text {
    return say("speech.decoderStopped", this.reason)
  }

  override get message(): string {
    return english(this.words)
  }
}
