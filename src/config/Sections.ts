import { Option, Schema } from "effect"
import { agents, providers } from "./AgentConfig.ts"
import * as Fields from "./Fields.ts"
import * as RawValue from "./RawValue.ts"
import { recogniserNames } from "./RecogniserNames.ts"
import * as Suggestion from "./Suggestion.ts"
import { voiceNames } from "./VoiceNames.ts"
import type { KeyPath } from "./YamlFile.ts"

/** Where the engines of one kind have their sections, and which key says what is chosen. Paths begin in `character_config`. */
interface Kind {
  readonly sections: ReadonlyArray<string>
  readonly chosen: (character: unknown) => string | undefined
  /** What may take the place of what is chosen. */
  readonly others?: (character: unknown) => ReadonlyArray<string>
}

/** The value at a path of sections, or undefined. */
export const at = (value: unknown, path: KeyPath): unknown =>
  path.reduce((inner: unknown, key) => (RawValue.isMapping(inner) ? inner[String(key)] : undefined), value)

const word = (value: unknown) => (typeof value === "string" && value.trim() !== "" ? value : undefined)

/** The choice that is meant: a misspelt one must not hide what else is wrong. */
const meant = (chosen: string | undefined, choices: ReadonlyArray<string>) =>
  chosen === undefined || choices.includes(chosen) ? chosen : (Suggestion.nearest(chosen, choices) ?? chosen)

const agent = (character: unknown) =>
  meant(word(at(character, ["agent_config", "conversation_agent_choice"]) ?? "basic_memory_agent"), agents)

const translation = ["tts_preprocessor_config", "translator_config"]

const isOn = (value: unknown) => Option.getOrElse(Schema.decodeUnknownOption(Fields.Flag)(value), () => false)

/** What speaks or listens, and what takes its place while it cannot. */
const speech = (section: string, key: string, names: ReadonlyArray<string>): Kind => {
  /** Where the engine has its keys: upstream's section of GPT-SoVITS goes by a name of its own. */
  const sectionOf = (character: unknown, name: string | undefined) => {
    if (name === undefined || !names.includes(name)) return undefined
    const isThere = (key: string) => !isNothing(at(character, [section, key]))
    return name === "gpt_sovits_tts" && !isThere(name) && isThere("gpt_sovits") ? "gpt_sovits" : name
  }
  const chosen = (character: unknown) => sectionOf(character, word(at(character, [section, key])))
  return {
    sections: [section],
    chosen,
    others: (character) => {
      const spare = word(at(character, [section, chosen(character) ?? "", "fallback"]))
      return [sectionOf(character, spare)].filter((name) => name !== undefined)
    }
  }
}

const kinds: ReadonlyArray<Kind> = [
  {
    sections: ["agent_config", "agent_settings"],
    chosen: agent
  },
  {
    sections: ["agent_config", "llm_configs"],
    chosen: (character) => {
      const basic = ["agent_config", "agent_settings", "basic_memory_agent", "llm_provider"]
      return agent(character) === "basic_memory_agent"
        ? meant(word(at(character, basic)), providers)
        : undefined
    },
    others: (character) => {
      const basic = ["agent_config", "agent_settings", "basic_memory_agent", "fallback_providers"]
      const names = agent(character) === "basic_memory_agent" ? at(character, basic) : undefined
      return Array.isArray(names) ? names.flatMap((name) => word(name) ?? []) : []
    }
  },
  speech("tts_config", "tts_model", voiceNames),
  speech("asr_config", "asr_model", recogniserNames),
  { sections: ["vad_config"], chosen: (character) => word(at(character, ["vad_config", "vad_model"])) },
  {
    sections: translation,
    chosen: (character) =>
      isOn(at(character, [...translation, "translate_audio"]))
        ? word(at(character, [...translation, "translate_provider"]))
        : undefined
  }
]

/** The sections of a kind that are read. */
const read = ({ chosen, others }: Kind, character: unknown): ReadonlyArray<string> => [
  ...[chosen(character)].filter((name) => name !== undefined),
  ...(others?.(character) ?? [])
]

/** Keys beside the sections that say which one is chosen, and are read whatever is chosen. */
const choices = new Set(["asr_model", "tts_model", "vad_model", "translate_audio", "translate_provider"])

/**
 * The section, if the key lies in one that nothing reads: of an engine that is not chosen, or that is not part of this
 * version. A mistake in it stops nobody.
 */
export const unusedSection = (character: unknown, path: KeyPath): ReadonlyArray<string> | undefined => {
  const keys = path.map(String)
  for (const kind of kinds) {
    const { sections } = kind
    const name = keys[sections.length]
    if (name === undefined || choices.has(name)) continue
    if (sections.every((key, index) => keys[index] === key) && !read(kind, character).includes(name)) {
      return [...sections, name]
    }
  }
  return undefined
}

const isNothing = (value: unknown) => value === undefined || value === null

/** The character with an empty section for a chosen engine that has none, so that the keys it lacks are named. */
export const withChosenSections = (character: unknown): unknown =>
  kinds
    .flatMap((kind) => read(kind, character).map((name) => [...kind.sections, name]))
    .reduce((changed: unknown, section) => {
      if (!RawValue.isMapping(changed)) return changed
      return isNothing(at(changed, section)) ? put(changed, section, {}) : changed
    }, character)

/** The value with one inner key replaced. A part that holds something other than a section is left as it is. */
export const put = (value: unknown, path: ReadonlyArray<string>, item: unknown): unknown => {
  const [key, ...rest] = path
  if (key === undefined) return item
  if (!isNothing(value) && !RawValue.isMapping(value)) return value
  return { ...value, [key]: put(value?.[key], rest, item) }
}

/** `over` laid on `base`: sections are merged key by key, anything else (lists too) is replaced. */
export const merge = (base: unknown, over: unknown): unknown => {
  if (!RawValue.isMapping(base) || !RawValue.isMapping(over)) return over
  const merged = Object.entries(over).map(([key, value]): [string, unknown] => [
    key,
    Object.hasOwn(base, key) ? merge(base[key], value) : value
  ])
  return { ...base, ...Object.fromEntries(merged) }
}
