import { Schema } from "effect"
import { english, say } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

/** A recording is longer than what is listened to at once. `message` is fit for a client. */
export class AudioTooLong extends Schema.TaggedError<AudioTooLong>()("AudioTooLong", {
  /** What is allowed, in seconds. */
  longest: Schema.Number
}) {
  get words(): Text {
    return say("speech.tooLong", this.longest)
  }

  override get message(): string {
    return english(this.words)
  }
}
