import { Context, Schema } from "effect"
import type { Effect, Scope } from "effect"
import type { AsrConfig } from "../config/AsrConfig.ts"
import * as EngineFailure from "../engine/EngineFailure.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"

/** An utterance could not be transcribed. `message` is fit for a client. */
export class TranscriptionFailed extends Schema.TaggedError<TranscriptionFailed>()(
  "TranscriptionFailed",
  EngineFailure.fields
) {
  override get message(): string {
    return EngineFailure.describe(this)
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
