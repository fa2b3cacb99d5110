import { Schema } from "effect"
import { CharacterConfig } from "../../src/config/CharacterConfig.ts"
import { SystemConfig } from "../../src/config/SystemConfig.ts"
import type { TtsPreprocessorConfig } from "../../src/config/TtsPreprocessorConfig.ts"

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

export const systemConfig: SystemConfig = Schema.decodeUnknownSync(SystemConfig)({})

/** Leave everything out that can be left out. */
export const preprocessor: TtsPreprocessorConfig = characterConfig("a").tts_preprocessor_config
