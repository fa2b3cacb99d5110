import { Effect } from "effect"
import type { Context } from "effect"
import { fallbackOf } from "../config/AsrConfig.ts"
import type { AsrConfig } from "../config/AsrConfig.ts"
import * as Spare from "../engine/Spare.ts"
import { TranscriptionFailed } from "./Asr.ts"
import type { Asr, AsrEngines } from "./Asr.ts"

/**
 * The recogniser that a configuration asks for; where it names another one as its `fallback`, that one hears each
 * utterance that the first one could not transcribe. What is heard while one speaks is not repeated: the whole utterance
 * is transcribed afterwards if that fails.
 */
export const open = Effect.fn("SpareRecogniser.open")(function* (
  engines: Context.Tag.Service<typeof AsrEngines>,
  config: AsrConfig,
  onSpare: Spare.OnSpare<TranscriptionFailed>
) {
  const name = fallbackOf(config)
  if (name === undefined) return yield* engines.open(config)
  const recognisers = yield* Spare.open<Asr, TranscriptionFailed>({
    name: { kind: "asr", engine: config.asr_model ?? "" },
    first: engines.open(config),
    spare: engines.open({ ...config, asr_model: name }),
    onSpare,
    both: (failure, other) => new TranscriptionFailed({ ...failure, advice: Spare.adviceOf(failure, other) })
  })

  const listen = (listen: NonNullable<Asr["listen"]>) =>
    Effect.map(listen, (listener) => ({
      ...listener,
      finish: Effect.zipLeft(listener.finish, recognisers.worked)
    }))
  const recogniser: Asr = {
    get engine() {
      return recognisers.current().engine
    },
    get listen() {
      const { listen: own } = recognisers.current()
      return own && listen(own)
    },
    transcribe: (samples) =>
      recognisers.run((recogniser, done) => Effect.zipLeft(recogniser.transcribe(samples), done))
  }
  return recogniser
})
