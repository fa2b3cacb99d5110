import { Effect, Scope } from "effect"
import type { Context } from "effect"
import { fallbackOf } from "../config/TtsConfig.ts"
import type { TtsConfig } from "../config/TtsConfig.ts"
import type { Pcm } from "../audio/Pcm.ts"
import * as Outage from "../engine/Outage.ts"
import type { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import type { SynthesisFailed, Tts, TtsEngines } from "./Tts.ts"

/** Told once, when `spare` begins to speak in place of a voice that failed; again after that voice has been back. */
type OnSpare = (failure: EngineUnavailable | SynthesisFailed, spare: string) => Effect.Effect<void>

/**
 * The voice that a configuration asks for; where it names another one as its `fallback`, that one is opened when it is
 * first needed, and speaks each sentence that the first one could not begin. The first one is asked again for each
 * sentence: its breaker knows when that is of no use.
 */
export const open = Effect.fn("SpareVoice.open")(function* (
  engines: Context.Tag.Service<typeof TtsEngines>,
  config: TtsConfig,
  onSpare: OnSpare
) {
  const name = fallbackOf(config)
  if (name === undefined) return yield* engines.open(config)
  const opened = engines.open({ ...config, tts_model: name })
  const spare = yield* Effect.cached(Scope.extend(opened, yield* Effect.scope))
  return yield* engines.open(config).pipe(
    Effect.map((voice) => relieved(voice, spare, onSpare)),
    Effect.catchAll((failure) =>
      spare.pipe(
        Effect.mapError(() => failure),
        Effect.tap((voice) => onSpare(failure, voice.engine))
      )
    )
  )
})

const relieved = (voice: Tts, spare: Effect.Effect<Tts, EngineUnavailable>, onSpare: OnSpare): Tts => {
  const outage = Outage.make()
  const recovered = Effect.sync(outage.worked)
  const tell = (failure: SynthesisFailed, other: Tts) =>
    Effect.suspend(() => (outage.failed() ? onSpare(failure, other.engine) : Effect.void))
  /** If the spare one cannot speak either, it is the first one's failure that matters. */
  const instead = <A>(failure: SynthesisFailed, speak: (other: Tts) => Effect.Effect<A, SynthesisFailed>) =>
    Effect.flatMap(spare, (other) => Effect.zipRight(tell(failure, other), speak(other))).pipe(
      Effect.mapError(() => failure)
    )

  const { stream } = voice
  return {
    engine: voice.engine,
    synthesize: (text) =>
      voice.synthesize(text).pipe(
        Effect.zipLeft(recovered),
        Effect.catchAll((failure) => instead(failure, (other) => other.synthesize(text)))
      ),
    ...(stream === undefined
      ? {}
      : {
          stream: (text: string, take: (piece: Pcm) => Effect.Effect<void>) =>
            Effect.suspend(() => {
              let begun = false
              const taken = (piece: Pcm) => {
                begun = true
                return take(piece)
              }
              return stream(text, taken).pipe(
                Effect.zipLeft(recovered),
                // What has been heard is not said again.
                Effect.catchAll((failure) =>
                  begun ? Effect.fail(failure) : instead(failure, (other) => speakAll(other, text, take))
                )
              )
            })
        })
  }
}

const speakAll = (voice: Tts, text: string, take: (piece: Pcm) => Effect.Effect<void>) =>
  voice.stream === undefined ? Effect.flatMap(voice.synthesize(text), take) : voice.stream(text, take)
