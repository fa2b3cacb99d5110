import { Context, Schema } from "effect"
import type { Effect, Option, Scope } from "effect"
import type { Pcm } from "../audio/Pcm.ts"
import type { TtsConfig } from "../config/TtsConfig.ts"
import * as EngineFailure from "../engine/EngineFailure.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import { english } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

/** One sentence could not be spoken. `message` is fit for a client. */
export class SynthesisFailed extends Schema.TaggedError<SynthesisFailed>()("SynthesisFailed", {
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

/** Takes the next piece of a sentence's sound. */
export type Take = (piece: Pcm) => Effect.Effect<void>

/** A voice, ready to speak. */
export interface Tts {
  readonly engine: string
  /**
   * What it said before of this text, if its sound was kept: nothing is asked of the engine, whose health it says nothing
   * of. Without it, nothing is kept.
   */
  readonly recall?: (text: string) => Effect.Effect<Option.Option<Pcm>>
  /** Speaks one sentence. Interrupting aborts the request, or leaves the queue of a local engine. */
  readonly synthesize: (text: string) => Effect.Effect<Pcm, SynthesisFailed>
  /**
   * The same piece by piece, as the sound comes; only voices whose services send it so have it. `take` is handed the
   * pieces in their order, all of one sample rate, and waited for: it returns soon, as the voice's place and connection are
   * kept meanwhile. A failure may come after the first pieces.
   */
  readonly stream?: (text: string, take: Take) => Effect.Effect<void, SynthesisFailed>
}

/** Opens the voice that a character's configuration asks for. */
export class TtsEngines extends Context.Tag("seiyuu/tts/TtsEngines")<
  TtsEngines,
  { readonly open: (config: TtsConfig) => Effect.Effect<Tts, EngineUnavailable, Scope.Scope> }
>() {}
