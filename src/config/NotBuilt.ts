import { Redacted } from "effect"
import type { CharacterConfig } from "./CharacterConfig.ts"
import type { TwitchConfig } from "./LiveConfig.ts"
import { recogniserNames } from "./RecogniserNames.ts"
import type { SeiyuuConfig } from "./SeiyuuConfig.ts"
import * as TtsConfig from "./TtsConfig.ts"
import { voiceNames } from "./VoiceNames.ts"
import * as WakeWordClash from "./WakeWordClash.ts"
import type { KeyPath } from "./YamlFile.ts"

/** A key that asks for something that is not part of this version. */
interface Entry<Config> {
  readonly path: string
  readonly asked: (config: Config) => boolean
  /** What is so instead. */
  readonly instead: string
}

const basicAgent = (config: CharacterConfig) => config.agent_config.agent_settings.basic_memory_agent

const hears = ({ vad_model }: CharacterConfig["vad_config"]) => vad_model !== undefined

const hasToken = ({ token }: TwitchConfig) => token !== undefined && Redacted.value(token) !== ""

const character: ReadonlyArray<Entry<CharacterConfig>> = [
  {
    path: "character_config.agent_config.agent_settings.basic_memory_agent.segment_method",
    asked: (config) => basicAgent(config)?.segment_method === "regex",
    instead: "sentences are found by a library that knows abbreviations, whatever this says"
  },
  {
    path: "character_config.agent_config.agent_settings.letta_agent.segment_method",
    asked: ({ agent_config: { agent_settings, conversation_agent_choice } }) =>
      conversation_agent_choice === "letta_agent" && agent_settings.letta_agent?.segment_method === "regex",
    instead: "sentences are found by a library that knows abbreviations, whatever this says"
  },
  {
    path: "character_config.asr_config.sherpa_onnx_asr.provider",
    asked: ({ asr_config: { asr_model, sherpa_onnx_asr } }) =>
      asr_model === "sherpa_onnx_asr" && (sherpa_onnx_asr?.provider ?? "cpu") !== "cpu",
    instead: "the library comes without that: the processor is used"
  },
  {
    path: "character_config.vad_config.silero_vad.orig_sr",
    asked: ({ vad_config }) => hears(vad_config) && vad_config.silero_vad.orig_sr !== 16_000,
    instead: "clients always send 16000 Hz, whatever this says"
  },
  {
    path: "character_config.wake_word.enabled",
    asked: ({ wake_word }) => wake_word.enabled && Object.values(wake_word.wake_words).flat().length === 0,
    instead: "no wake_words are named, so everything is answered"
  },
  {
    path: "character_config.vad_config.silero_vad.target_sr",
    asked: ({ vad_config }) => hears(vad_config) && vad_config.silero_vad.target_sr !== 16_000,
    instead: "silero_vad listens at 16000 Hz, whatever this says"
  }
]

/** A voice or recogniser that is named as its own fallback. */
const ownFallbacks: ReadonlyArray<Entry<CharacterConfig>> = [
  ...voiceNames.map((name) => ({
    path: `character_config.tts_config.${name}.fallback`,
    asked: ({ tts_config }: CharacterConfig) =>
      tts_config.tts_model === name && namesItself(TtsConfig.sectionOf(tts_config), name),
    instead: "it names the voice itself, so nothing speaks in its place"
  })),
  ...recogniserNames.map((name) => ({
    path: `character_config.asr_config.${name}.fallback`,
    asked: ({ asr_config }: CharacterConfig) =>
      asr_config.asr_model === name && namesItself(asr_config[name], name),
    instead: "it names the recogniser itself, so nothing listens in its place"
  }))
]

const namesItself = (section: object | undefined, name: string) =>
  section !== undefined && "fallback" in section && section.fallback === name

const process: ReadonlyArray<Entry<SeiyuuConfig>> = [
  {
    path: "system_config.media_server",
    asked: (config) => config.system_config.media_server !== undefined,
    instead: "the media server is not part of this version"
  },
  {
    path: "live_config.twitch.username",
    asked: ({ live_config: { twitch } }) => twitch.username !== undefined && !hasToken(twitch),
    instead: "no token of this account is named, so nobody in particular joins"
  },
  {
    path: "live_config.twitch.token",
    asked: ({ live_config: { twitch } }) => twitch.username === undefined && hasToken(twitch),
    instead: "the username of its account is not named, so nobody in particular joins"
  }
]

const pick = <Config>(entries: ReadonlyArray<Entry<Config>>, config: Config) =>
  entries
    .filter(({ asked }) => asked(config))
    .map(({ path, instead }) => ({ path: path.split("."), message: instead }))

/** What a character asks for in vain, by key path. */
export const ofCharacter = (
  config: CharacterConfig
): ReadonlyArray<{ readonly path: KeyPath; readonly message: string }> => [
  ...pick([...character, ...ownFallbacks], config),
  ...WakeWordClash.find(config)
]

/** What the process is asked for in vain, by key path. */
export const ofProcess = (config: SeiyuuConfig) => pick(process, config)
