import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Child from "./Child.ts"

/** The repository. */
export const root = fileURLToPath(new URL("..", import.meta.url))

/** The other character's file: a client may switch to it. */
export const otherCharacter = "other.yaml"

/** What `GET /status` says. */
interface Status {
  readonly sessions: number
  readonly fibers: Readonly<Record<string, number>>
  readonly engines: ReadonlyArray<{ readonly engine: string; readonly references: number }>
}

export interface Server extends Child.Child {
  /** What is left of the sessions; empty if nothing is. */
  readonly left: () => Promise<ReadonlyArray<string>>
}

/** An engine by its name in the configuration, and what stands in the section of that name. */
export interface Engine {
  readonly name: string
  readonly settings?: Readonly<Record<string, unknown>>
}

/** What the character hears and speaks with. Without a voice of its own it has the provider's; without the others, none. */
export interface Engines {
  readonly asr?: Engine
  readonly tts?: Engine
  readonly vad?: Engine
  /** Settings of its agent, beside the usual ones. */
  readonly agent?: Readonly<Record<string, unknown>>
}

/** Starts the built server in a folder of its own, with a provider for the language model. */
export const start = async (stub: string, engines: Engines = {}): Promise<Server> => {
  const folder = mkdtempSync(join(tmpdir(), "seiyuu-bench-"))
  const removeFolder = () => rmSync(folder, { recursive: true, force: true })
  process.once("exit", removeFolder)
  mkdirSync(join(folder, "characters"))
  cpSync(join(root, "model_dict.json"), join(folder, "model_dict.json"))
  // JSON is YAML.
  writeFileSync(join(folder, "conf.yaml"), JSON.stringify(configuration(stub, engines)))
  writeFileSync(join(folder, "characters", otherCharacter), JSON.stringify(other))

  const child = await Child.start({
    name: "the server",
    args: [join(root, "dist", "main.js"), "--config", join(folder, "conf.yaml"), "--port", "0"],
    cwd: folder
  })
  return {
    ...child,
    left: async () => {
      const response = await fetch(`${child.url}/status`, { signal: AbortSignal.timeout(5000) })
      return leftOf((await response.json()) as Status)
    },
    stop: async () => {
      await child.stop()
      removeFolder()
      process.off("exit", removeFolder)
    }
  }
}

const leftOf = ({ engines, fibers, sessions }: Status): ReadonlyArray<string> => [
  ...(sessions === 0 ? [] : [`${sessions} sessions`]),
  ...Object.entries(fibers).map(([kind, count]) => `${count} ${kind}`),
  ...engines
    .filter(({ references }) => references !== 0)
    .map(({ engine, references }) => `${references} references to ${engine}`)
]

const configuration = (stub: string, engines: Engines) => ({
  system_config: {
    host: "127.0.0.1",
    engine_idle_seconds: 1,
    enable_proxy: true,
    voice_cache: { memory_mb: 0 },
    tool_prompts: { live2d_expression_prompt: "live2d_expression_prompt" }
  },
  character_config: {
    conf_name: "Hana",
    conf_uid: "hana_001",
    live2d_model_name: "seiyuu_face",
    character_name: "Hana",
    persona_prompt: "You are Hana, a cheerful radio host. Answer in one or two short sentences.",
    agent_config: {
      agent_settings: {
        basic_memory_agent: { llm_provider: "openai_compatible_llm", ...engines.agent }
      },
      llm_configs: { openai_compatible_llm: { base_url: `${stub}/v1`, model: "stub" } }
    },
    tts_config: sectionOf("tts_model", engines.tts ?? stubbedVoice(stub)),
    ...(engines.asr === undefined ? {} : { asr_config: sectionOf("asr_model", engines.asr) }),
    ...(engines.vad === undefined ? {} : { vad_config: sectionOf("vad_model", engines.vad) })
  }
})

const stubbedVoice = (stub: string): Engine => ({
  name: "openai_tts",
  // Every sentence is asked for: neither a limit nor a memory of phrases comes in between.
  settings: { base_url: `${stub}/v1`, file_extension: "wav", max_concurrency: 1000 }
})

const sectionOf = (key: string, { name, settings }: Engine) => ({ [key]: name, [name]: settings ?? {} })

/** Its voice is an engine of the pool, shared between sessions and loaded in a thread. */
const other = {
  character_config: { conf_name: "Other", conf_uid: "other_001", tts_config: { tts_model: "flite_tts" } }
}
