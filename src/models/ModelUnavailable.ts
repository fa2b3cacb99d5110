import { Schema } from "effect"
import { english, say, Words } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

/** One way to a model that did not lead there. Both are fit for a client: no host path. */
export const Attempt = Schema.Struct({
  /** Which model by which way, such as `qwen2.5-0.5b-instruct from huggingface.co`. */
  source: Words,
  /** A clause without a full stop. */
  reason: Words,
  /** What to do about it, a whole sentence, if it is known. */
  advice: Schema.optional(Words)
})
export type Attempt = typeof Attempt.Type

/** No model could be had. `message` is fit for a client. */
export class ModelUnavailable extends Schema.TaggedError<ModelUnavailable>()("ModelUnavailable", {
  /** What was asked for: an id, `auto` or the name of a file. */
  id: Schema.String,
  tried: Schema.Array(Attempt),
  /** What to do about it, a whole sentence. */
  advice: Words
}) {
  /** What was tried and why it failed, a clause without a full stop. */
  get reason(): Text {
    return say(
      "engine.clauses",
      this.tried.map(({ reason, source }) => say("engine.of", source, reason))
    )
  }

  get words(): Text {
    return say("models.unavailable", this.id, this.reason, this.advice)
  }

  override get message(): string {
    return english(this.words)
  }
}

/** One source of a model did not give it; the next one may. */
export class SourceFailed extends Schema.TaggedError<SourceFailed>()("SourceFailed", {
  /** A clause without a full stop, fit for a client. */
  reason: Words,
  /**
   * `unreachable`: nothing answered. `broken-off`: it answered and stopped half-way, so going on from there makes
   * sense. `refused`: trying again changes nothing. `local`: this machine is at fault, so that no other source would
   * fare better.
   */
  kind: Schema.Literal("unreachable", "broken-off", "refused", "local"),
  /** What to do about it, a whole sentence, where that is more than to look for a network. */
  advice: Schema.optional(Words),
  cause: Schema.optional(Schema.Defect)
}) {
  override get message(): string {
    return english(this.reason)
  }
}

/** A failure as what was tried. */
export const attempt = (
  source: Words,
  { advice, reason }: { readonly reason: Words; readonly advice?: Words | undefined }
): Attempt => ({ source, reason, ...(advice === undefined ? {} : { advice }) })
