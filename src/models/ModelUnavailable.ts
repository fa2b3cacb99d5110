import { Schema } from "effect"

/** One way to a model that did not lead there. Both are fit for a client: no host path. */
export const Attempt = Schema.Struct({
  /** Which model by which way, such as `qwen2.5-0.5b-instruct from huggingface.co`. */
  source: Schema.String,
  /** A clause without a full stop. */
  reason: Schema.String,
  /** What to do about it, a whole sentence, if it is known. */
  advice: Schema.optional(Schema.String)
})
export type Attempt = typeof Attempt.Type

/** No model could be had. `message` is fit for a client. */
export class ModelUnavailable extends Schema.TaggedError<ModelUnavailable>()("ModelUnavailable", {
  /** What was asked for: an id, `auto` or the name of a file. */
  id: Schema.String,
  tried: Schema.Array(Attempt),
  /** What to do about it, a whole sentence. */
  advice: Schema.String
}) {
  /** What was tried and why it failed, a clause without a full stop. */
  get reason(): string {
    return this.tried.map(({ reason, source }) => `${source}: ${reason}`).join("; ")
  }

  override get message(): string {
    return `The model "${this.id}" could not be had: ${this.reason}. ${this.advice}`
  }
}

/** One source of a model did not give it; the next one may. */
export class SourceFailed extends Schema.TaggedError<SourceFailed>()("SourceFailed", {
  /** A clause without a full stop, fit for a client. */
  reason: Schema.String,
  /**
   * `unreachable`: nothing answered. `broken-off`: it answered and stopped half-way, so going on from there makes
   * sense. `refused`: trying again changes nothing. `local`: this machine is at fault, so that no other source would
   * fare better.
   */
  kind: Schema.Literal("unreachable", "broken-off", "refused", "local"),
  /** What to do about it, a whole sentence, where that is more than to look for a network. */
  advice: Schema.optional(Schema.String),
  cause: Schema.optional(Schema.Defect)
}) {
  override get message(): string {
    return this.reason
  }
}

/** A failure as what was tried. */
export const attempt = (
  source: string,
  { advice, reason }: { readonly reason: string; readonly advice?: string | undefined }
): Attempt => ({ source, reason, ...(advice === undefined ? {} : { advice }) })
