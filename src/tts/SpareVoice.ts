import { Effect, Option } from "effect"
import type { Context } from "effect"
import { fallbackOf } from "../config/TtsConfig.ts"
import type { TtsConfig } from "../config/TtsConfig.ts"
import * as Spare from "../engine/Spare.ts"
import { SynthesisFailed } from "./Tts.ts"
import type { Take, Tts, TtsEngines } from "./Tts.ts"

/**
 * The voice that a configuration asks for; where it names another one as its `fallback`, that one speaks each sentence
 * that the first one could not begin.
 */
export const open = Effect.fn("SpareVoice.open")(function* (
  engines: Context.Tag.Service<typeof TtsEngines>,
  config: TtsConfig,
  onSpare: Spare.OnSpare<SynthesisFailed>
) {
  const name = fallbackOf(config)
  if (name === undefined) return yield* engines.open(config)
  const voices = yield* Spare.open<Tts, SynthesisFailed>({
    name: { kind: "tts", engine: config.tts_model ?? "" },
    first: engines.open(config),
    spare: engines.open({ ...config, tts_model: name }),
    onSpare,
    both: (failure, other) => new SynthesisFailed({ ...failure, advice: Spare.adviceOf(failure, other) })
  })

  /** What was kept says nothing of how the engines are. */
  const recall = (text: string) => Effect.suspend(() => voices.current().recall?.(text) ?? Effect.succeedNone)
  const voice: Tts = {
    get engine() {
      return voices.current().engine
    },
    recall,
    synthesize: (text) =>
      Effect.flatMap(recall(text), (kept) =>
        Option.isSome(kept)
          ? Effect.succeed(kept.value)
          : voices.run((voice, done) =>
              Effect.tap(voice.synthesize(text), ({ samples }) => (samples.length === 0 ? Effect.void : done))
            )
      ),
    // Whichever speaks: one that does not send its sound piece by piece has one piece.
    stream: (text, take) =>
      Effect.suspend(() => {
        let begun = false
        return voices.run(
          (voice, done) =>
            speakAll(voice, text, (piece) => {
              begun = true
              return Effect.zipRight(done, take(piece))
            }),
          // What has been heard is not said again.
          () => !begun
        )
      })
  }
  return voice
})

const speakAll = (voice: Tts, text: string, take: Take) =>
  voice.stream === undefined ? Effect.flatMap(voice.synthesize(text), take) : voice.stream(text, take)
