import { Context, Schema } from "effect"
import type { Effect, Option, Scope } from "effect"
import type { TranslatorConfig } from "../config/TtsPreprocessorConfig.ts"
import * as EngineFailure from "../engine/EngineFailure.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import type { LlmFailed } from "../llm/Llm.ts"
import { english } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"

/** One sentence could not be translated. `message` is fit for a client. */
export class TranslationFailed extends Schema.TaggedError<TranslationFailed>()(
  "TranslationFailed",
  EngineFailure.fields
) {
  get words(): Text {
    return EngineFailure.describe(this)
  }

  override get message(): string {
    return english(this.words)
  }
}

/** Turns what is written into what is spoken, in another language. */
export interface Translator {
  readonly engine: string
  /** Translates one sentence. Interrupting it aborts the request. */
  readonly translate: (text: string) => Effect.Effect<string, TranslationFailed>
}

/** Has the character's own model write a text, without what it thinks. */
export type Write = (task: {
  readonly system: string
  readonly text: string
}) => Effect.Effect<string, LlmFailed>

export interface TranslatorOptions {
  readonly config: TranslatorConfig
  /** `undefined` where the character's agent has no model that could be asked. */
  readonly write: Effect.Effect<Write | undefined, EngineUnavailable>
}

/** Opens the translator that a character's configuration asks for, if it asks for one. */
export class Translators extends Context.Tag("seiyuu/translate/Translators")<
  Translators,
  {
    readonly open: (
      options: TranslatorOptions
    ) => Effect.Effect<Option.Option<Translator>, EngineUnavailable, Scope.Scope>
  }
>() {}
