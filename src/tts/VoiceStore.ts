import { Effect } from "effect"
import type { Context } from "effect"
import { EngineUnavailable } from "../engine/EngineUnavailable.ts"
import type { ModelStore } from "../models/ModelStore.ts"

/** What the model store knows of a model. Paths are absolute. */
export interface StoredModel {
  /** Its first file, or its folder. */
  readonly path: string
  /** By an engine's configuration key, such as `vits_model`. */
  readonly engine: Readonly<Record<string, string>>
  /** Other models that this one cannot do without, by their id. */
  readonly needs: Readonly<Record<string, StoredModel>>
}

/** Why a model cannot be had: a clause without a full stop, and what to do about it, a whole sentence. */
interface Refusal {
  readonly reason: string
  readonly advice: string
}

/** A piper voice as sherpa-onnx can read it. */
export interface PiperVoice {
  readonly model: string
  readonly tokens: string
}

/** The part of the model store that voices need. */
export interface VoiceStore {
  readonly obtain: (kind: "tts" | "data", id: string) => Effect.Effect<StoredModel, Refusal>
  /** `path`: of the `.onnx` file, absolute. */
  readonly piperVoice: (path: string) => Effect.Effect<PiperVoice, Refusal>
}

export const of = (store: Context.Tag.Service<typeof ModelStore>): VoiceStore =>
  store as unknown as VoiceStore

const espeak = "espeak-ng-data"

const toUnavailable = (engine: string) =>
  Effect.mapError(
    ({ advice, reason }: Refusal) => new EngineUnavailable({ kind: "tts", engine, reason, advice })
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
