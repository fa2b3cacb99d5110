import { Context, Schema } from "effect"
import type { Effect, Scope } from "effect"
import type { Pcm } from "../audio/Pcm.ts"
import type { TtsConfig } from "../config/TtsConfig.ts"
import * as EngineFailure from "../engine/EngineFailure.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import { english } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

/** One sentence could not be spoken. `message` is fit for a client. */
export class SynthesisFailed extends Schema.TaggedError<SynthesisFailed>()(
  "SynthesisFailed",
  EngineFailure.fields
) {
  get words(): Text {
    return EngineFailure.describe(this)
  }

  override get message(): string {
    return english(this.words)
  }
}

/** A voice, ready to speak. */
export interface Tts {
  readonly engine: string
  /** Speaks one sentence. Interrupting aborts the request, or leaves the queue of a local engine. */
  readonly synthesize: (text: string) => Effect.Effect<Pcm, SynthesisFailed>
}

/** Opens the voice that a character's configuration asks for. */
export class TtsEngines extends Context.Tag("seiyuu/tts/TtsEngines")<
  TtsEngines,
  { readonly open: (config: TtsConfig) => Effect.Effect<Tts, EngineUnavailable, Scope.Scope> }
>() {}
