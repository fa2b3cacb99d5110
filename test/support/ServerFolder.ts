import { stringify } from "yaml"
import * as ConfigFolder from "./ConfigFolder.ts"
import * as EmbeddedModel from "./EmbeddedModel.ts"
import type { Stub } from "./StubServer.ts"

/** `character_config`, or what of it differs from the base's. */
export type Character = Readonly<Record<string, unknown>>

export interface Options {
  readonly character: Character
  /** Further characters by their file's name in `characters/`. */
  readonly others?: Readonly<Record<string, Character>>
  readonly system?: Readonly<Record<string, unknown>>
  /** `live_config`. */
  readonly live?: Readonly<Record<string, unknown>>
  /** What `mcp_servers.json` names. */
  readonly servers?: Readonly<Record<string, unknown>>
}

/** Keywords of the avatar that all characters here have. */
export const emotionMap = { neutral: 0, joy: 1, sadness: 2 }

/** The key that providers get; no client may ever see it. */
export const secret = "sk-a-secret-key"

/** A folder with a server's whole configuration; it goes with the scope. Engines that nobody uses are freed at once. */
export const make = ({ character, live = {}, others = {}, servers = {}, system = {} }: Options) =>
  ConfigFolder.make({
    "conf.yaml": stringify({
      system_config: { engine_idle_seconds: 0, ...system },
      character_config: character,
      live_config: live
    }),
    "model_dict.json": JSON.stringify([
      { name: "face", url: "/live2d-models/face/face.model3.json", kScale: 0.5, emotionMap }
    ]),
    "mcp_servers.json": JSON.stringify({ mcp_servers: servers }),
    "backgrounds/ceiling-window-room-night.jpeg": "not really a picture",
    ...Object.fromEntries(
      Object.entries(others).map(([file, character]) => [
        `characters/${file}`,
        stringify({ character_config: character })
      ])
    )
  })

const named = (name: string) => ({
  conf_name: name,
  conf_uid: `${name.toLowerCase()}_001`,
  live2d_model_name: "face",
  character_name: name,
  human_name: "Tester",
  persona_prompt: `You are ${name}.`
})

const mind = (llm_provider: string, config: object, settings: object = {}) => ({
  agent_config: {
    agent_settings: { basic_memory_agent: { llm_provider, faster_first_response: false, ...settings } },
    llm_configs: { [llm_provider]: config }
  }
})

/** Settings of an agent that may use the tools of these servers. */
export const tooled = (...servers: ReadonlyArray<string>) => ({
  use_mcpp: true,
  mcp_enabled_servers: servers
})

/** A character that thinks and speaks by the stub; `settings` are the agent's. */
export const stubbed = (
  name: string,
  stub: Pick<Stub, "url">,
  voice: { readonly format?: "wav" | "mp3" } = {},
  settings: object = {}
): Character => ({
  ...named(name),
  ...mind(
    "openai_compatible_llm",
    { base_url: `${stub.url}/v1`, llm_api_key: secret, model: "stub-model" },
    settings
  ),
  tts_config: {
    tts_model: "openai_tts",
    openai_tts: {
      base_url: `${stub.url}/v1`,
      api_key: secret,
      model: "stub-voice",
      file_extension: voice.format ?? "wav"
    }
  }
})

/** A character that thinks and speaks on this machine, with the model of EmbeddedModel.ts. */
export const embedded = (name: string, settings: object = {}): Character => ({
  ...named(name),
  ...mind("llama_cpp_llm", { model_path: EmbeddedModel.id }, settings),
  tts_config: { tts_model: "flite_tts", flite_tts: { voice: "slt" } }
})
