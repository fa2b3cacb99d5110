import { Schema } from "effect"
import { english, say, Words } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

/** Bytes that were meant to be sound cannot be understood. `message` is fit for a client. */
export class UndecodableAudio extends Schema.TaggedError<UndecodableAudio>()("UndecodableAudio", {
  /** What is wrong with them, a clause without a full stop. */
  reason: Words,
  /** Whether it is the decoder that stopped: the bytes are not to blame then. */
  stopped: Schema.optional(Schema.Boolean),
  /** Whether they end before the end: what came before could be heard. */
  incomplete: Schema.optional(Schema.Boolean),
  cause: Schema.optional(Schema.Defect)
}) {
  get words(): Text {
    return say("speech.undecodable", this.reason)
  }

  override get message(): string {
    return english(this.words)
  }
}
