import { Schema } from "effect"
import { AgentConfig } from "./AgentConfig.ts"
import { AsrConfig } from "./AsrConfig.ts"
import * as Fields from "./Fields.ts"
import { TtsConfig } from "./TtsConfig.ts"
import { TtsPreprocessorConfig } from "./TtsPreprocessorConfig.ts"
import { VadConfig } from "./VadConfig.ts"

/** The `character_config` section: one character. */
export const CharacterConfig = Schema.Struct({
  /** The character's name in the list of characters. Defaults to the file's name. */
  conf_name: Fields.withDefault(Fields.Text, ""),
  /** Names the character's histories. Defaults to the file's name. */
  conf_uid: Fields.withDefault(Fields.Text, ""),
  live2d_model_name: Fields.withDefault(Fields.Text, ""),
  /** Who speaks. Defaults to `conf_name`. */
  character_name: Fields.withDefault(Fields.Text, ""),
  human_name: Fields.withDefault(Fields.Text, "Human"),
  avatar: Fields.withDefault(Fields.Text, ""),
  persona_prompt: Fields.withDefault(Fields.Text, ""),
  agent_config: Fields.required(Fields.section(AgentConfig)),
  asr_config: Fields.withDefault(Fields.section(AsrConfig), {}),
  tts_config: Fields.required(Fields.section(TtsConfig)),
  vad_config: Fields.withDefault(Fields.section(VadConfig), {}),
  tts_preprocessor_config: Fields.withDefault(Fields.section(TtsPreprocessorConfig), {})
})
export type CharacterConfig = typeof CharacterConfig.Type
