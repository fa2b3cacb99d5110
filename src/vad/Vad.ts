import { Context, Schema } from "effect"
import type { Effect, Scope } from "effect"
import type { VadConfig } from "../config/VadConfig.ts"
import * as EngineFailure from "../engine/EngineFailure.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import type { Window } from "./Window.ts"
import { english } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

/** Some audio could not be listened to, and counts as not said. `message` is fit for a client. */
export class DetectionFailed extends Schema.TaggedError<DetectionFailed>()(
  "DetectionFailed",
  EngineFailure.fields
) {
  get words(): Text {
    return EngineFailure.describe(this)
  }

  override get message(): string {
    return english(this.words)
  }
}

/** One listener to one continuous microphone. What it remembers of the sound is its own. */
export interface Vad {
  readonly engine: string
  /**
   * Hears what comes next of the microphone: mono samples at 16 kHz in [-1, 1], any number of them. Answers the windows
   * that are complete now, in order; together they are the audio as it came, with what is no sample (NaN) as silence and
   * what is out of range cut. Callers take turns. It fails once the scope that the listener was opened in has closed.
   */
  readonly listen: (samples: Float32Array) => Effect.Effect<ReadonlyArray<Window>, DetectionFailed>
}

/** Opens a listener as a character's configuration asks for it. */
export class VadEngines extends Context.Tag("seiyuu/vad/VadEngines")<
  VadEngines,
  { readonly open: (config: VadConfig) => Effect.Effect<Vad, EngineUnavailable, Scope.Scope> }
>() {}
