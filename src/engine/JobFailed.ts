import { Schema } from "effect"
import * as EngineFailure from "./EngineFailure.ts"
import { english } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

/** A job was not done. `message` is fit for a client. */
export class JobFailed extends Schema.TaggedError<JobFailed>()("JobFailed", {
  ...EngineFailure.fields,
  /**
   * `refused`: the engine said no. `died`: its process ended meanwhile. `overdue`: it took too long.
   * `down`: its process could not be started anew. `busy`: too many jobs wait already.
   */
  reason: Schema.Literal("refused", "died", "overdue", "down", "busy")
}) {
  get words(): Text {
    return EngineFailure.describe(this)
  }

  override get message(): string {
    return english(this.words)
  }
}
