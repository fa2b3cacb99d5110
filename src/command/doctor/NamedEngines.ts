import { Redacted } from "effect"
import type { Option } from "effect"
import type { CharacterConfig } from "../../config/CharacterConfig.ts"
import * as NeededModels from "./NeededModels.ts"

/** An engine that characters name, once for all that name it with the same settings. */
export interface NamedEngine {
  readonly kind: "llm" | "tts" | "asr" | "vad"
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
  const settings = Object.entries(tts_config).find(([name]) => name === tts_config.tts_model)?.[1]
  return keyOf("tts", tts_config.tts_model ?? "", settings)
}

const ofCharacter = (character: CharacterConfig, espeakData: Option.Option<string>) => {
  const { agent_config, asr_config, tts_config, vad_config } = character
  const { agent_settings, conversation_agent_choice: choice, llm_configs } = agent_config
  const named = (
    kind: NamedEngine["kind"],
    engine: string,
    key: string,
    needs: ReadonlyArray<NeededModels.Needed> = []
  ): NamedEngine => ({ kind, engine, key, needs, character, characters: [character.conf_name] })

  const isBasic = choice === "basic_memory_agent"
  const provider = isBasic ? agent_settings.basic_memory_agent?.llm_provider : undefined
  const mind = provider ?? (isBasic ? "llm_provider" : choice)
  const settings = isBasic ? provider && llm_configs[provider] : agent_settings[choice]
  const llm = keyOf("llm", mind, settings)
  const engines = [named("llm", mind, llm, isBasic ? NeededModels.ofLlm(agent_config) : [])]
  const { tts_model } = tts_config
  if (tts_model !== undefined) {
    const needs = NeededModels.ofTts(tts_config, espeakData)
    engines.push(named("tts", tts_model, voiceKey(character), needs))
  }
  const { asr_model } = asr_config
  if (asr_model !== undefined) {
    const key = keyOf("asr", asr_model, asr_config[asr_model])
    engines.push(named("asr", asr_model, key, NeededModels.ofAsr(asr_config)))
  }
  const { vad_model } = vad_config
  if (vad_model !== undefined)
    engines.push(named("vad", vad_model, keyOf("vad", vad_model, vad_config[vad_model])))
  return engines
}

const kinds: ReadonlyArray<NamedEngine["kind"]> = ["llm", "tts", "asr", "vad"]

/** The engines that these characters name; by kind, and then in the order of the characters. */
export const of = (
  characters: ReadonlyArray<CharacterConfig>,
  espeakData: Option.Option<string>
): ReadonlyArray<NamedEngine> => {
  const byKey = new Map<string, NamedEngine>()
  for (const named of characters.flatMap((character) => ofCharacter(character, espeakData))) {
    const before = byKey.get(named.key)
    const characters = [...(before?.characters ?? []), ...named.characters]
    byKey.set(named.key, { ...(before ?? named), characters })
  }
  return kinds.flatMap((kind) => [...byKey.values()].filter((named) => named.kind === kind))
}

/** As the table calls it; of whom, if there are several characters. */
export const label = ({ characters, engine, kind }: NamedEngine, several: boolean): string => {
  const shown =
    characters.length > 3 ? [...characters.slice(0, 2), `${characters.length - 2} more`] : characters
  return several ? `${kind} ${engine} (${shown.join(", ")})` : `${kind} ${engine}`
}
