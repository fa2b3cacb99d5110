import { Effect } from "effect"
import type { Context } from "effect"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import type { ModelStore } from "../models/ModelStore.ts"
import type { ModelUnavailable } from "../models/ModelUnavailable.ts"
import type { PiperVoiceUnusable } from "../models/PiperVoice.ts"

/** The part of the model store that voices need. */
export type VoiceStore = Pick<Context.Tag.Service<typeof ModelStore>, "obtain" | "piperVoice">

const espeak = "espeak-ng-data"

const toUnavailable = (engine: string) =>
  Effect.mapError(
    ({ advice, reason }: ModelUnavailable | PiperVoiceUnusable) =>
      new EngineUnavailable({ kind: "tts", engine, reason, advice })
  )

/** The files of a voice of the catalogue, by the keys of `sherpa_onnx_tts`. */
export const keysOf = (store: VoiceStore, engine: string, id: string) =>
  store.obtain("tts", id).pipe(
    Effect.map((model): Readonly<Record<string, string>> => {
      const data = model.needs[espeak]?.path
      const kind = Object.keys(model.engine)[0]?.split("_")[0]
      return data === undefined ? model.engine : { [`${kind}_data_dir`]: data, ...model.engine }
    }),
    toUnavailable(engine)
  )

/** The folder with espeak-ng's data. */
export const espeakData = (store: VoiceStore, engine: string) =>
  store.obtain("data", espeak).pipe(
    Effect.map(({ path }) => path),
    toUnavailable(engine)
  )

export const piperVoice = (store: VoiceStore, engine: string, path: string) =>
  toUnavailable(engine)(store.piperVoice(path))
