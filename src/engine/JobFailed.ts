import { Schema } from "effect"
import * as EngineFailure from "./EngineFailure.ts"

/** A job was not done. `message` is fit for a client. */
export class JobFailed extends Schema.TaggedError<JobFailed>()("JobFailed", {
  ...EngineFailure.fields,
  /**
   * `refused`: the engine said no. `died`: its process ended meanwhile. `overdue`: it took too long.
   * `down`: its process could not be started anew. `busy`: too many jobs wait already.
   */
  reason: Schema.Literal("refused", "died", "overdue", "down", "busy")
}) {
  override get message(): string {
    return EngineFailure.describe(this)
  }
}
