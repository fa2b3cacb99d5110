import { Context, Schema } from "effect"
import type { Effect, Option, Scope } from "effect"
import type { WakeWordConfig } from "../config/WakeWordConfig.ts"
import * as EngineFailure from "../engine/EngineFailure.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import { english } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"
import type { Word } from "./WakeWords.ts"

/** Some sound could not be searched for the wake word, and counts as not said. `message` is fit for a client. */
export class SpottingFailed extends Schema.TaggedError<SpottingFailed>()(
  "SpottingFailed",
  EngineFailure.fields
) {
  get words(): Text {
    return EngineFailure.describe(this)
  }

  override get message(): string {
    return english(this.words)
  }
}

/** A wake word in the sound. Places are in samples; they are as exact as the model's steps, some hundredths of a second. */
export interface Spotted extends Word {
  readonly from: number
  readonly to: number
}

/** Hears the wake words of one character in the sound itself. */
export interface KeywordSpotter {
  readonly engine: string
  /** The first wake word in an utterance: mono, 16 kHz, in [-1, 1]. */
  readonly spot: (samples: Float32Array) => Effect.Effect<Option.Option<Spotted>, SpottingFailed>
}

/** Opens the spotter that a character's configuration asks for. */
export class KeywordSpotters extends Context.Tag("seiyuu/wake/KeywordSpotter")<
  KeywordSpotters,
  { readonly open: (config: WakeWordConfig) => Effect.Effect<KeywordSpotter, EngineUnavailable, Scope.Scope> }
>() {}
