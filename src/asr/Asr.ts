import { Context, Schema } from "effect"
import type { Effect, Scope } from "effect"
import type { AsrConfig } from "../config/AsrConfig.ts"
import type { EngineUnavailable } from "../models/EngineUnavailable.ts"

/** An utterance could not be transcribed. `message` is fit for a client. */
export class TranscriptionFailed extends Schema.TaggedError<TranscriptionFailed>()("TranscriptionFailed", {
  /** The configuration's name, such as `sherpa_onnx_asr`. */
  engine: Schema.String,
  /** What happened, a clause without a full stop. */
  detail: Schema.String,
  /** What to do about it, a whole sentence. */
  advice: Schema.String,
  cause: Schema.optional(Schema.Defect)
}) {
  override get message(): string {
    return `${this.engine}: ${this.detail}. ${this.advice}`
  }
}

/** A speech recogniser, ready to listen. */
export interface Asr {
  readonly engine: string
  /** `samples`: one utterance, mono, 16 kHz, in [-1, 1]. Answers "" when nothing was recognised. */
  readonly transcribe: (samples: Float32Array) => Effect.Effect<string, TranscriptionFailed>
}

/** Opens the recogniser that a character's configuration asks for. */
export class AsrEngines extends Context.Tag("seiyuu/asr/AsrEngines")<
  AsrEngines,
  { readonly open: (config: AsrConfig) => Effect.Effect<Asr, EngineUnavailable, Scope.Scope> }
>() {}
