import { Effect, Schema } from "effect"
import * as ErrorCode from "../models/ErrorCode.ts"

/** Moving could not go on. For the operator: `message` names the file. */
export class MovingFailed extends Schema.TaggedError<MovingFailed>()("MovingFailed", {
  /** What could not be done, such as `write x`, and what to do about it. */
  action: Schema.String,
  advice: Schema.String,
  cause: Schema.optional(Schema.Defect)
}) {
  override get message(): string {
    const code = ErrorCode.ofSystem(this.cause)
    return `Cannot ${this.action}${code === undefined ? "" : ` (${code})`}. ${this.advice}`
  }
}

/** Fails where a file cannot be written. What has been moved so far stays. */
export const unwritable = (file: string) =>
  Effect.mapError(
    (cause: unknown) =>
      new MovingFailed({
        action: `write ${file}`,
        advice:
          "See that there is room and that it may be written, and run the same again: it goes on from here.",
        cause
      })
  )
