import { Schema } from "effect"

/** A recording is longer than what is listened to at once. `message` is fit for a client. */
export class AudioTooLong extends Schema.TaggedError<AudioTooLong>()("AudioTooLong", {
  /** What is allowed, in seconds. */
  longest: Schema.Number
}) {
  override get message(): string {
    return `This recording is longer than ${this.longest} s. Send it in shorter pieces.`
  }
}
