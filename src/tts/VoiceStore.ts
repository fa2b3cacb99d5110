import { Effect } from "effect"
import type { Context } from "effect"
import * as EngineFiles from "../engine/EngineFiles.ts"
import type { ModelStore } from "../models/ModelStore.ts"
import type { ModelUnavailable } from "../models/ModelUnavailable.ts"
import type { PiperVoiceUnusable } from "../models/PiperVoice.ts"

/** The part of the model store that voices need. */
export type VoiceStore = Pick<Context.Tag.Service<typeof ModelStore>, "obtain" | "piperVoice">

const espeak = "espeak-ng-data"

/** `key`: what names the model. */
const toUnavailable = (place: EngineFiles.Place, key: string) =>
  Effect.mapError(({ advice, reason }: ModelUnavailable | PiperVoiceUnusable) =>
    EngineFiles.wrong(place, key, reason, advice)
  )

/** The files of a voice of the catalogue, by the keys of `sherpa_onnx_tts`. */
export const keysOf = (store: VoiceStore, place: EngineFiles.Place, key: string, id: string) =>
  store.obtain("tts", id).pipe(
    Effect.map((model): Readonly<Record<string, string>> => {
      const data = model.needs[espeak]?.path
      const kind = Object.keys(model.engine)[0]?.split("_")[0]
      return data === undefined ? model.engine : { [`${kind}_data_dir`]: data, ...model.engine }
    }),
    toUnavailable(place, key)
  )

/** The folder with espeak-ng's data. */
export const espeakData = (store: VoiceStore, place: EngineFiles.Place) =>
  store.obtain("data", espeak).pipe(
    Effect.map(({ path }) => path),
    toUnavailable(place, "espeak_data_dir")
  )

export const piperVoice = (store: VoiceStore, place: EngineFiles.Place, path: string) =>
  toUnavailable(place, "model_path")(store.piperVoice(path))
