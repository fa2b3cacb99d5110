import { Schema } from "effect"
import { CharacterConfig } from "../../src/config/CharacterConfig.ts"
import { SystemConfig } from "../../src/config/SystemConfig.ts"
import type { SileroVadConfig } from "../../src/config/VadConfig.ts"
import type { TranslatorConfig, TtsPreprocessorConfig } from "../../src/config/TtsPreprocessorConfig.ts"

/** A character of that name, with the defaults of the configuration. */
export const characterConfig = (name: string): CharacterConfig =>
  Schema.decodeUnknownSync(CharacterConfig)({
    conf_name: name,
    conf_uid: name,
    character_name: name,
    agent_config: {
      agent_settings: { basic_memory_agent: { llm_provider: "llama_cpp_llm", faster_first_response: false } }
    },
    tts_config: { tts_model: "flite_tts" }
  })

/** A character with voice activity detection. */
export const hearing = (name: string, changes: Partial<SileroVadConfig> = {}): CharacterConfig => {
  const config = characterConfig(name)
  const silero_vad = { ...config.vad_config.silero_vad, ...changes }
  return { ...config, vad_config: { vad_model: "silero_vad", silero_vad } }
}

/** The character with that translator. */
export const translated = (
  character: CharacterConfig,
  translator_config: TranslatorConfig = { translate_audio: false }
): CharacterConfig => ({
  ...character,
  tts_preprocessor_config: { ...character.tts_preprocessor_config, translator_config }
})

export const systemConfig: SystemConfig = Schema.decodeUnknownSync(SystemConfig)({})

/** Leave everything out that can be left out. */
export const preprocessor: TtsPreprocessorConfig = characterConfig("a").tts_preprocessor_config
