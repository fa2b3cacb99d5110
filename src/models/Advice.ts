import type { ModelKind } from "./Catalogue.ts"
import type { Attempt } from "./ModelUnavailable.ts"

/** What chooses a model of this kind: the keys of a configuration. */
const keys: Readonly<Record<ModelKind, string>> = {
  llm: "llm_configs.llama_cpp_llm.model_path",
  asr: "asr_config.sherpa_onnx_asr.model",
  tts: "tts_config.sherpa_onnx_tts.model or tts_config.piper_tts.model_path",
  vad: "vad_config.vad_model",
  wake: "wake_word.keyword_spotter.model",
  embedding: "agent_settings.basic_memory_agent.long_term_memory.enabled",
  data: "tts_config.piper_tts.espeak_data_dir"
}

const otherwise = (kind: ModelKind): string =>
  kind === "llm"
    ? "Put a language model's .gguf file somewhere and set llama_cpp_llm.model_path to its path, or choose another provider as llm_provider."
    : kind === "embedding"
      ? "Check the network and the free disk space, or set long_term_memory.enabled to false."
      : kind === "wake"
        ? "Check the network and the free disk space, name a model's files in wake_word.keyword_spotter, or set wake_word.match to transcript."
        : "Check the network and the free disk space, or choose another engine."

/** What to do when a model could not be fetched: what the ways to it say themselves, or else what helps mostly. */
export const online = (kind: ModelKind, tried: ReadonlyArray<Attempt> = []): string => {
  const own = [...new Set(tried.flatMap(({ advice = [] }) => advice))]
  return own.length === 0 ? otherwise(kind) : own.join(" ")
}

/** What to do when a model is not here and nothing is to be fetched. */
export const offline = (id: string): string =>
  `Run "seiyuu models pull ${id}" once while there is a network, or set system_config.offline to false.`

/** What to do when a model of the catalogue cannot be loaded. */
export const damaged = (id: string): string =>
  `Its files may be damaged: "seiyuu models pull ${id}" checks them, and fetches again what is.`

/** What a configuration may say. */
export const choosing = (kind: ModelKind): string =>
  kind === "llm"
    ? `Set ${keys.llm} to auto, one of these ids, or the path of a .gguf file.`
    : `Set ${keys[kind]} to ${kind === "tts" ? "" : "auto or "}one of these ids.`

/** The models folder cannot be written to. */
export const otherFolder =
  "Set system_config.models_dir to a folder that can be made and that this account may write to."

/** The models folder's disk is full. */
export const moreRoom = "Make room there, or set system_config.models_dir to a folder on a larger disk."

/** pip is needed and is not there. */
export const python = "Install Python 3 with pip, so that `python3 -m pip` works."
