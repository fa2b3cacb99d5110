import { Effect, Scope } from "effect"
import type { Context } from "effect"
import { fallbackOf } from "../config/AsrConfig.ts"
import type { AsrConfig } from "../config/AsrConfig.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import * as Outage from "../engine/Outage.ts"
import type { Asr, AsrEngines, TranscriptionFailed } from "./Asr.ts"

/** Told once, when `spare` begins to listen in place of one that failed; again after that one has been back. */
type OnSpare = (failure: EngineUnavailable | TranscriptionFailed, spare: string) => Effect.Effect<void>

/**
 * The recogniser that a configuration asks for; where it names another one as its `fallback`, that one is opened when it
 * is first needed, and hears each utterance that the first one could not transcribe. The first one is asked again for
 * each utterance: its breaker knows when that is of no use.
 */
export const open = Effect.fn("SpareRecogniser.open")(function* (
  engines: Context.Tag.Service<typeof AsrEngines>,
  config: AsrConfig,
  onSpare: OnSpare
) {
  const name = fallbackOf(config)
  if (name === undefined) return yield* engines.open(config)
  const opened = engines.open({ ...config, asr_model: name })
  const spare = yield* Effect.cached(Scope.extend(opened, yield* Effect.scope))
  return yield* engines.open(config).pipe(
    Effect.map((recogniser) => relieved(recogniser, spare, onSpare)),
    Effect.catchAll((failure) =>
      spare.pipe(
        Effect.mapError(() => failure),
        Effect.tap((other) => onSpare(failure, other.engine))
      )
    )
  )
})

/** What it hears while one speaks is its own: the whole utterance is transcribed afterwards if that fails. */
const relieved = (recogniser: Asr, spare: Effect.Effect<Asr, EngineUnavailable>, onSpare: OnSpare): Asr => {
  const outage = Outage.make()
  const instead = (failure: TranscriptionFailed, samples: Float32Array) =>
    Effect.flatMap(
      spare,
      (other) =>
        Effect.zipRight(
          Effect.suspend(() => (outage.failed() ? onSpare(failure, other.engine) : Effect.void)),
          other.transcribe(samples)
        )
      // If the spare one cannot hear it either, it is the first one's failure that matters.
    ).pipe(Effect.mapError(() => failure))
  return {
    ...recogniser,
    transcribe: (samples) =>
      recogniser.transcribe(samples).pipe(
        Effect.tap(() => Effect.sync(outage.worked)),
        Effect.catchAll((failure) => instead(failure, samples))
      )
  }
}
