import { Array as Arr } from "effect"
import { english, say } from "../language/Text.ts"
import type { Words } from "../language/Text.ts"
import type { ModelKind } from "./Catalogue.ts"
import type { Attempt } from "./ModelUnavailable.ts"

/** What chooses a model of this kind: the keys of a configuration. */
const keys: Readonly<Record<ModelKind, Words>> = {
  llm: "llm_configs.llama_cpp_llm.model_path",
  asr: "asr_config.sherpa_onnx_asr.model",
  tts: say("models.voiceKeys"),
  vad: "vad_config.vad_model",
  wake: "wake_word.keyword_spotter.model",
  embedding: "agent_settings.basic_memory_agent.long_term_memory.enabled",
  data: "tts_config.piper_tts.espeak_data_dir"
}

const otherwise = (kind: ModelKind): Words =>
  kind === "llm"
    ? say("models.otherModel")
    : kind === "embedding"
      ? say("models.checkOrNoMemory")
      : kind === "wake"
        ? say("models.checkOrTranscript")
        : say("models.checkOrOther")

/** What to do when a model could not be fetched: what the ways to it say themselves, or else what helps mostly. */
export const online = (kind: ModelKind, tried: ReadonlyArray<Attempt> = []): Words => {
  const own = Arr.dedupeWith(
    tried.flatMap(({ advice = [] }) => advice),
    (one, other) => english(one) === english(other)
  )
  return own.length === 0 ? otherwise(kind) : say("engine.sentences", own)
}

/** What to do when a model is not here and nothing is to be fetched. */
export const offline = (id: string): Words => say("models.pull", id)

/** What to do when a model of the catalogue cannot be loaded. */
export const damaged = (id: string): Words => say("models.damaged", id)

/** What a configuration may say. */
export const choosing = (kind: ModelKind): Words =>
  kind === "llm"
    ? say("models.choosePath", keys.llm)
    : say(kind === "tts" ? "models.chooseId" : "models.chooseAutoOrId", keys[kind])

/** The models folder cannot be written to. */
export const otherFolder = say("models.otherFolder")

/** The models folder's disk is full. */
export const moreRoom = say("models.moreRoom")

/** pip is needed and is not there. */
export const python = say("models.python")
