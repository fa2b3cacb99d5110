import { Context, Schema } from "effect"
import type { Duration, Effect, Scope } from "effect"
import type { AsrConfig } from "../config/AsrConfig.ts"
import * as EngineFailure from "../engine/EngineFailure.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import { english } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

/** An utterance could not be transcribed. `message` is fit for a client. */
export class TranscriptionFailed extends Schema.TaggedError<TranscriptionFailed>()("TranscriptionFailed", {
  ...EngineFailure.fields,
  ...EngineFailure.judged
}) {
  get words(): Text {
    return EngineFailure.describe(this)
  }

  override get message(): string {
    return english(this.words)
  }
}

/**
 * One utterance, heard while it is spoken. Samples as for `transcribe`; one caller at a time. If any of it is lost, by an
 * interruption or a death of the engine, everything after that fails.
 */
export interface Listener {
  /** Hears the next samples. Answers the transcript so far. */
  readonly hear: (samples: Float32Array) => Effect.Effect<string, TranscriptionFailed>
  /** The utterance is complete. Answers its transcript. */
  readonly finish: Effect.Effect<string, TranscriptionFailed>
  /** How long `finish` may take, with what has still to be heard by then; 15 s if it doesn't say. */
  readonly patience?: Duration.Duration
}

/** A speech recogniser, ready to listen. */
export interface Asr {
  readonly engine: string
  /**
   * `samples`: one utterance, mono, 16 kHz, in [-1, 1]. Answers "" when nothing was recognised. Interrupting leaves the
   * queue of a local engine, or frees it as soon as it can stop.
   */
  readonly transcribe: (samples: Float32Array) => Effect.Effect<string, TranscriptionFailed>
  /** Opens a listener; only recognisers that hear while one speaks have it. */
  readonly listen?: Effect.Effect<Listener, never, Scope.Scope> | undefined
}

/** Opens the recogniser that a character's configuration asks for. */
export class AsrEngines extends Context.Tag("seiyuu/asr/AsrEngines")<
  AsrEngines,
  { readonly open: (config: AsrConfig) => Effect.Effect<Asr, EngineUnavailable, Scope.Scope> }
>() {}
