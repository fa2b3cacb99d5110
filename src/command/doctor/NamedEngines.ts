import { Redacted } from "effect"
import type { Option } from "effect"
import * as AsrConfig from "../../config/AsrConfig.ts"
import type { CharacterConfig } from "../../config/CharacterConfig.ts"
import * as TtsConfig from "../../config/TtsConfig.ts"
import * as NeededModels from "./NeededModels.ts"

/** An engine that characters name, once for all that name it with the same settings. */
export interface NamedEngine {
  readonly kind: "llm" | "embedding" | "tts" | "asr" | "vad" | "wake"
  /** The configuration's name for it. */
  readonly engine: string
  /** Equal for equal settings. It may hold secrets: it is never shown. */
  readonly key: string
  /** The first of the characters, whose settings are checked. */
  readonly character: CharacterConfig
  readonly characters: ReadonlyArray<string>
  readonly needs: ReadonlyArray<NeededModels.Needed>
}

/** Settings as text, keys included: two keys of one provider are two engines. */
const textOf = (settings: unknown): string =>
  JSON.stringify(settings, function (this: Readonly<Record<string, unknown>>, name, value: unknown) {
    const own = this[name]
    return Redacted.isRedacted(own) ? Redacted.value(own) : value
  }) ?? ""

const keyOf = (kind: NamedEngine["kind"], engine: string, settings: unknown) =>
  `${kind} ${engine} ${textOf(settings)}`

/** The key of a character's voice; none has one, too. */
export const voiceKey = ({ tts_config }: CharacterConfig): string => {
  return keyOf("tts", tts_config.tts_model ?? "", TtsConfig.sectionOf(tts_config))
}

/** The character with each of the providers that may answer, alone: none hides what is wrong with the one before. */
const minds = (character: CharacterConfig): ReadonlyArray<CharacterConfig> => {
  const { agent_settings } = character.agent_config
  const basic = agent_settings.basic_memory_agent
  return [basic?.llm_provider, ...(basic?.fallback_providers ?? [])].map((llm_provider) =>
    basic === undefined || llm_provider === undefined
      ? character
      : {
          ...character,
          agent_config: {
            ...character.agent_config,
            agent_settings: {
              ...agent_settings,
              basic_memory_agent: { ...basic, llm_provider, fallback_providers: [] }
            }
          }
        }
  )
}

/** The voice, and the one that may take its place. */
const voices = (config: TtsConfig.TtsConfig) =>
  [config.tts_model, TtsConfig.fallbackOf(config)].flatMap((tts_model) =>
    tts_model === undefined ? [] : [{ ...config, tts_model }]
  )

/** The recogniser, and the one that may take its place. */
const ears = (config: AsrConfig.AsrConfig) =>
  [config.asr_model, AsrConfig.fallbackOf(config)].flatMap((asr_model) =>
    asr_model === undefined ? [] : [{ ...config, asr_model }]
  )

const ofCharacter = (character: CharacterConfig, espeakData: Option.Option<string>) => {
  const { agent_config, asr_config, tts_config, vad_config, wake_word } = character
  const { agent_settings, conversation_agent_choice: choice } = agent_config
  const named = (
    kind: NamedEngine["kind"],
    engine: string,
    key: string,
    needs: ReadonlyArray<NeededModels.Needed> = []
  ): NamedEngine => ({ kind, engine, key, needs, character, characters: [character.conf_name] })

  const isBasic = choice === "basic_memory_agent"
  const engines = isBasic
    ? minds(character).map((alone) => {
        const { agent_settings, llm_configs } = alone.agent_config
        const provider = agent_settings.basic_memory_agent?.llm_provider
        const mind = provider ?? "llm_provider"
        const key = keyOf("llm", mind, provider && llm_configs[provider])
        return { ...named("llm", mind, key, NeededModels.ofLlm(alone.agent_config)), character: alone }
      })
    : [named("llm", choice, keyOf("llm", choice, agent_settings[choice]))]
  if (isBasic && agent_settings.basic_memory_agent?.long_term_memory.enabled === true)
    engines.push(named("embedding", "long_term_memory", "embedding", [{ kind: "embedding", wanted: "auto" }]))
  for (const voice of voices(tts_config)) {
    const speaking = { ...character, tts_config: voice }
    const needs = NeededModels.ofTts(voice, espeakData)
    engines.push({ ...named("tts", voice.tts_model, voiceKey(speaking), needs), character: speaking })
  }
  for (const ear of ears(asr_config)) {
    const { asr_model } = ear
    const key = keyOf("asr", asr_model, ear[asr_model])
    const heard = named("asr", asr_model, key, NeededModels.ofAsr(ear))
    engines.push({ ...heard, character: { ...character, asr_config: ear } })
  }
  const { vad_model } = vad_config
  if (vad_model !== undefined)
    engines.push(named("vad", vad_model, keyOf("vad", vad_model, vad_config[vad_model])))
  if (wake_word.enabled && wake_word.match === "audio") {
    const key = keyOf("wake", "keyword_spotter", [wake_word.keyword_spotter, wake_word.wake_words])
    engines.push(named("wake", "keyword_spotter", key, NeededModels.ofWake(wake_word)))
  }
  return engines
}

const kinds: ReadonlyArray<NamedEngine["kind"]> = ["llm", "embedding", "tts", "asr", "vad", "wake"]

/** The engines that these characters name; by kind, and then in the order of the characters. */
export const of = (
  characters: ReadonlyArray<CharacterConfig>,
  espeakData: Option.Option<string>
): ReadonlyArray<NamedEngine> => {
  const byKey = new Map<string, NamedEngine>()
  for (const named of characters.flatMap((character) => ofCharacter(character, espeakData))) {
    const before = byKey.get(named.key)
    const characters = [...new Set([...(before?.characters ?? []), ...named.characters])]
    byKey.set(named.key, { ...(before ?? named), characters })
  }
  return kinds.flatMap((kind) => [...byKey.values()].filter((named) => named.kind === kind))
}

/** Whether a program is started for it that may have to fetch its model first. */
export const startsServer = ({ character, engine }: NamedEngine): boolean => {
  const { asr_config, tts_config } = character
  switch (engine) {
    case "faster_whisper":
    case "whisper":
    case "fun_asr":
      return true
    case "wyoming_asr":
      return asr_config.wyoming_asr?.command !== undefined
    case "wyoming_tts":
      return tts_config.wyoming_tts?.command !== undefined
    default:
      return false
  }
}

/** As the table calls it; of whom, if there are several characters. */
export const label = ({ characters, engine, kind }: NamedEngine, several: boolean): string => {
  const shown =
    characters.length > 3 ? [...characters.slice(0, 2), `${characters.length - 2} more`] : characters
  return several ? `${kind} ${engine} (${shown.join(", ")})` : `${kind} ${engine}`
}
