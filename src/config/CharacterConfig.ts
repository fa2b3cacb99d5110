import { Schema } from "effect"
import { AgentConfig } from "./AgentConfig.ts"
import { AsrConfig } from "./AsrConfig.ts"
import * as Fields from "./Fields.ts"
import { ProactiveSpeechConfig } from "./ProactiveSpeechConfig.ts"
import { TtsConfig } from "./TtsConfig.ts"
import { TtsPreprocessorConfig } from "./TtsPreprocessorConfig.ts"
import { VadConfig } from "./VadConfig.ts"
import { WakeWordConfig } from "./WakeWordConfig.ts"

/** The `character_config` section: one character. */
export const CharacterConfig = Schema.Struct({
  conf_name: Fields.withDefault(
    Fields.Text,
    "",
    "The character's name in the list of characters. Empty: the file's name."
  ),
  conf_uid: Fields.withDefault(
    Fields.Text,
    "",
    "Names the character's conversations; keep it when you rename the character. Empty: the file's name."
  ),
  live2d_model_name: Fields.withDefault(Fields.Text, "", "The avatar: a name in `model_dict.json`."),
  character_name: Fields.withDefault(Fields.Text, "", "Who speaks, as it is shown. Empty: `conf_name`."),
  human_name: Fields.withDefault(Fields.Text, "Human", "What the person is called."),
  avatar: Fields.withDefault(
    Fields.Text,
    "",
    "The picture beside what the character says: a file of the page's avatars."
  ),
  persona_prompt: Fields.withDefault(Fields.Prose, "", "Who the character is, as the model is told."),
  agent_config: Fields.required(Fields.section(AgentConfig), "What answers."),
  asr_config: Fields.withDefault(Fields.section(AsrConfig), {}, "What listens."),
  tts_config: Fields.required(Fields.section(TtsConfig), "What speaks."),
  vad_config: Fields.withDefault(
    Fields.section(VadConfig),
    {},
    "What notices speech in the audio of a client that leaves that to the server."
  ),
  wake_word: Fields.withDefault(
    Fields.section(WakeWordConfig),
    {},
    "The words that the character is woken by, if it is to answer nobody else."
  ),
  tts_preprocessor_config: Fields.withDefault(
    Fields.section(TtsPreprocessorConfig),
    {},
    "What of a sentence is spoken; the screen shows all of it."
  ),
  proactive_speech: Fields.withDefault(
    Fields.section(ProactiveSpeechConfig),
    {},
    "When the character speaks of its own accord."
  )
})
export type CharacterConfig = typeof CharacterConfig.Type
