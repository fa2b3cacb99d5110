import { Effect, Option } from "effect"
import type { Context } from "effect"
import { basicSettings } from "../../config/AgentConfig.ts"
import type { CharacterConfig } from "../../config/CharacterConfig.ts"
import * as Catalogue from "../../models/Catalogue.ts"
import type { ModelKind } from "../../models/Catalogue.ts"
import * as ModelStore from "../../models/ModelStore.ts"
import * as SherpaSpotter from "../../wake/SherpaSpotter.ts"

/** A model of the catalogue that an engine loads. */
export interface Needed {
  readonly kind: ModelKind
  /** An id, `auto`, or the path of a `.gguf` file. */
  readonly wanted: string
}

/** A model that is not whole on this machine. */
export interface Missing {
  /** What `seiyuu models pull` calls it. */
  readonly id: string
  /** To be downloaded, with what it needs. */
  readonly bytes: number
  /** Whether it comes out of a Python package. */
  readonly byPip: boolean
}

/** A model that an engine loads and that has to be fetched. */
export interface Unmet {
  readonly needed: Needed
  readonly model: Missing
}

/** What they are told apart by. */
export const nameOf = ({ kind, wanted }: Needed): string => `${kind} ${wanted}`

type Store = Context.Tag.Service<typeof ModelStore.ModelStore>

export const ofLlm = (config: CharacterConfig["agent_config"]): Array<Needed> =>
  basicSettings(config)?.llm_provider === "llama_cpp_llm"
    ? [{ kind: "llm", wanted: config.llm_configs.llama_cpp_llm.model_path }]
    : []

export const ofAsr = ({ asr_model, sherpa_onnx_asr }: CharacterConfig["asr_config"]): Array<Needed> =>
  asr_model === "sherpa_onnx_asr" && sherpa_onnx_asr?.model !== undefined
    ? [{ kind: "asr", wanted: sherpa_onnx_asr.model }]
    : []

/** `espeakData`: the folder that the environment names for it, if it does. */
export const ofTts = (
  { piper_tts, sherpa_onnx_tts, tts_model }: CharacterConfig["tts_config"],
  espeakData: Option.Option<string>
): Array<Needed> => {
  const id = (tts_model === "sherpa_onnx_tts" ? sherpa_onnx_tts?.model : piper_tts?.model_path)?.trim() ?? ""
  if ((tts_model !== "sherpa_onnx_tts" && tts_model !== "piper_tts") || id === "") return []
  if (tts_model === "sherpa_onnx_tts" || !id.toLowerCase().endsWith(".onnx"))
    return [{ kind: "tts", wanted: id }]
  const own = (piper_tts?.espeak_data_dir?.trim() ?? "") !== "" || Option.isSome(espeakData)
  return own ? [] : [{ kind: "data", wanted: "espeak-ng-data" }]
}

export const ofWake = (config: CharacterConfig["wake_word"]): Array<Needed> => {
  const wanted = SherpaSpotter.modelFor(config)
  return wanted === undefined ? [] : [{ kind: "wake", wanted }]
}

/** The model of the catalogue that would be fetched; none for `auto` if none fits this machine's memory. */
const entryOf = Effect.fnUntraced(function* (store: Store, { kind, wanted }: Needed) {
  const entries = (yield* store.list).filter(({ entry }) => entry.kind === kind)
  const memory = yield* ModelStore.usableMemory
  return entries.find(({ entry }) => (wanted === "auto" ? entry.memory <= memory : entry.id === wanted))
})

const missingOf = Effect.fnUntraced(function* (store: Store, entry: Catalogue.CatalogueEntry) {
  const parts = (yield* store.list)
    .filter(({ place }) => place === "missing")
    .filter(({ entry: { id } }) => id === entry.id || entry.needs.includes(id))
    .map((part) => Catalogue.downloadOf(part.entry))
  const missing: Missing = {
    id: entry.id,
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    byPip: parts.some(({ byPip }) => byPip)
  }
  return missing
})

/**
 * What has to be fetched for it. `undefined` if it is here, and if the catalogue has no such model: what is wrong then,
 * the engine says.
 */
export const missing = Effect.fn("NeededModels.missing")(function* (store: Store, needed: Needed) {
  const located = yield* Effect.either(store.locate(needed.kind, needed.wanted))
  if (located._tag === "Left" || Option.isSome(located.right)) return undefined
  const listed = yield* entryOf(store, needed)
  return listed === undefined ? undefined : yield* missingOf(store, listed.entry)
})

/** Which of these have to be fetched, each once. */
export const allMissing = Effect.fn("NeededModels.allMissing")(function* (
  store: Store,
  needs: ReadonlyArray<Needed>
) {
  const unmet = new Map<string, Unmet>()
  for (const needed of needs) {
    const model = yield* missing(store, needed)
    if (model !== undefined) unmet.set(nameOf(needed), { needed, model })
  }
  return [...unmet.values()]
})

/** What `auto` would rather have than the model that is here; `undefined` if that is the best one. */
export const better = Effect.fn("NeededModels.better")(function* (store: Store, needed: Needed) {
  const best = needed.wanted === "auto" ? yield* entryOf(store, needed) : undefined
  return best?.place === "missing" ? yield* missingOf(store, best.entry) : undefined
})
