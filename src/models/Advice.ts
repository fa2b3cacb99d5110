import type { ModelKind } from "./Catalogue.ts"

/** What to do when a model could not be fetched. */
export const online = (kind: ModelKind): string =>
  kind === "llm"
    ? "Put a language model's .gguf file somewhere and set llama_cpp_llm.model_path to its path, or choose another provider as llm_provider."
    : "Check the network and the free disk space, or choose another engine."

/** What to do when a model is not here and nothing is to be fetched. */
export const offline = (id: string): string =>
  `Run "seiyuu models pull ${id}" once while there is a network, or set system_config.offline to false.`

/** What a configuration may say. */
export const choosing = (kind: ModelKind): string =>
  kind === "llm"
    ? "Write auto, one of these ids, or the path of a .gguf file."
    : "Write auto or one of these ids."
