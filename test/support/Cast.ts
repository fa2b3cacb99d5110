import { Effect, Layer } from "effect"
import type { BasicMemoryAgentConfig } from "../../src/config/AgentConfig.ts"
import type { CharacterConfig } from "../../src/config/CharacterConfig.ts"
import { Characters, CharacterNotFound } from "../../src/config/Characters.ts"
import type { ProactiveSpeechConfig } from "../../src/config/ProactiveSpeechConfig.ts"
import type { TranslatorConfig } from "../../src/config/TtsPreprocessorConfig.ts"
import type { WakeWordConfig } from "../../src/config/WakeWordConfig.ts"
import { characterConfig, hearing, translated } from "./Fixtures.ts"

export type Settings = Partial<BasicMemoryAgentConfig>

/** Settings with which a character keeps facts about people. */
export const rememberingSettings = {
  long_term_memory: { enabled: true, max_facts: 1000, recall: 6, min_similarity: 0.1, half_life_days: 60 }
}

/** Names of the characters that a session can switch to; `broken.yaml` is listed but cannot be resolved. `c` hears no raw audio. */
const others: Readonly<Record<string, CharacterConfig>> = {
  "b.yaml": hearing("b", { required_misses: 5 }),
  "c.yaml": characterConfig("c"),
  "d.yaml": characterConfig("d"),
  "e.yaml": characterConfig("e")
}

/** One object, as a configuration is until it is read anew: engines are shared by what they are made of. */
const first = hearing("a")

const withSettings = (config: CharacterConfig, settings: Settings): CharacterConfig => {
  const { agent_config } = config
  const basic_memory_agent = { ...agent_config.agent_settings.basic_memory_agent!, ...settings }
  return {
    ...config,
    agent_config: { ...agent_config, agent_settings: { ...agent_config.agent_settings, basic_memory_agent } }
  }
}

/** None but character a ever speaks of its own accord. */
const withProactive = (config: CharacterConfig, changes: Partial<ProactiveSpeechConfig>): CharacterConfig =>
  config.conf_name === "a"
    ? { ...config, proactive_speech: { ...config.proactive_speech, ...changes } }
    : config

/** What is changed of the characters when they are next asked for. */
interface Changes {
  readonly proactive: Partial<ProactiveSpeechConfig>
  readonly settings: Settings
  readonly translation: TranslatorConfig | undefined
  readonly wakeWord: Partial<WakeWordConfig>
}

export const characters = (changes: Changes) => {
  const changed = (config: CharacterConfig) => {
    const set = withProactive(
      translated(withSettings(config, changes.settings), changes.translation),
      changes.proactive
    )
    return { ...set, wake_word: { ...set.wake_word, ...changes.wakeWord } }
  }
  return Layer.succeed(Characters, {
    base: Effect.sync(() => changed(first)),
    take: Effect.succeed({ changed: [], gone: [] }),
    list: Effect.succeed([{ filename: "conf.yaml", name: "a" }]),
    resolve: (filename) => {
      const found = filename === "conf.yaml" ? first : others[filename]
      return found === undefined ? new CharacterNotFound({ filename }) : Effect.succeed(changed(found))
    }
  })
}
