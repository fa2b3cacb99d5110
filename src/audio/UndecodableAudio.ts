import { Schema } from "effect"

/** Bytes that were meant to be sound cannot be understood. `message` is fit for a client. */
export class UndecodableAudio extends Schema.TaggedError<UndecodableAudio>()("UndecodableAudio", {
  /** What is wrong with them, a clause without a full stop. */
  reason: Schema.String,
  cause: Schema.optional(Schema.Defect)
}) {
  override get message(): string {
    return `This is not audio that can be played: ${this.reason}. WAV, MP3, FLAC and Ogg Opus are understood.`
  }
}
