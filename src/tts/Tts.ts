import { Context, Schema } from "effect"
import type { Effect, Scope } from "effect"
import type { Pcm } from "../audio/Pcm.ts"
import type { TtsConfig } from "../config/TtsConfig.ts"
import type { EngineUnavailable } from "../models/EngineUnavailable.ts"

/** One sentence could not be spoken. `message` is fit for a client. */
export class SynthesisFailed extends Schema.TaggedError<SynthesisFailed>()("SynthesisFailed", {
  /** The configuration's name, such as `openai_tts`. */
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
