import { Effect } from "effect"
import type { FasterWhisperConfig, FunAsrConfig, WhisperConfig } from "../config/AsrConfig.ts"
import type { EngineSpec } from "../engine/EnginePool.ts"
import * as Threads from "../engine/Threads.ts"
import { say } from "../language/Text.ts"
import * as OwnServer from "../wyoming/OwnServer.ts"
import * as ServerLife from "../wyoming/ServerLife.ts"
import * as WyomingAsr from "./WyomingAsr.ts"

// Engines of Python's that a server of the Wyoming protocol runs, which is started for them: `wyoming-faster-whisper`
// has both faster-whisper and FunASR.

const program = "wyoming-faster-whisper"

/** An engine that a program runs. */
export interface Program {
  readonly engine: string
  /** What pip installs it by. */
  readonly pip: string
  /** Arguments that come behind the program's name. */
  readonly args: ReadonlyArray<string>
  readonly command: ReadonlyArray<string> | undefined
  readonly language: string | undefined
  readonly timeout_seconds: number
  readonly max_concurrency: number
}

type Own = Pick<Program, "max_concurrency" | "timeout_seconds">

/** The program's usual folder for models, for configurations that leave it empty. */
const folderOf = (root: string) => (root === "" ? "models" : root)

const promptOf = (prompt: string | undefined) =>
  prompt === undefined || prompt === "" ? [] : ["--initial-prompt", prompt]

const ownOf = ({
  command,
  max_concurrency,
  timeout_seconds
}: Own & { readonly command?: ReadonlyArray<string> }): Own & Pick<Program, "command"> => ({
  command,
  max_concurrency,
  timeout_seconds
})

/** The program finds the language out unless it is told one. */
const languageOf = (language: string | undefined) =>
  language === "" || language === "auto" ? undefined : language

/** Threads are its own default; each engine may have its own number of them. */
const threads = (wanted: number) => ["--cpu-threads", String(Threads.atMost(wanted))]

const whisper = ["--stt-library", "faster-whisper", "--vad-filter"]

export const fasterWhisper = (config: FasterWhisperConfig): Program => ({
  ...ownOf(config),
  engine: "faster_whisper",
  pip: program,
  language: languageOf(config.language),
  args: [
    ...whisper,
    "--model",
    config.model_path,
    "--data-dir",
    folderOf(config.download_root),
    "--device",
    config.device,
    "--compute-type",
    config.compute_type,
    ...threads(4),
    ...promptOf(config.prompt)
  ]
})

/** OpenAI's names mean the same models to faster-whisper. */
export const openAiWhisper = (config: WhisperConfig): Program => ({
  ...ownOf(config),
  engine: "whisper",
  pip: program,
  language: undefined,
  args: [
    ...whisper,
    "--model",
    config.name,
    "--data-dir",
    folderOf(config.download_root),
    "--device",
    config.device,
    ...threads(4),
    ...promptOf(config.prompt)
  ]
})

/** ModelScope's names of models that are called otherwise where the program finds them. */
const names: Readonly<Record<string, string>> = { "iic/SenseVoiceSmall": "FunAudioLLM/SenseVoiceSmall" }

export const funAsr = (config: FunAsrConfig): Program => ({
  ...ownOf(config),
  engine: "fun_asr",
  pip: `${program}[funasr]`,
  language: languageOf(config.language),
  args: [
    "--stt-library",
    "funasr",
    "--model",
    names[config.model_name] ?? config.model_name,
    "--data-dir",
    "models",
    "--device",
    config.device,
    ...threads(config.ncpu)
  ]
})

/** The whole command, if the configuration names one that says where to listen; else its program with our arguments. */
const commandOf = ({ args, command }: Program): ReadonlyArray<string> => {
  if (command !== undefined && ServerLife.listens(command)) return command
  return [...(command ?? [program]), "--uri", ServerLife.uriMark, ...args]
}

/** The process as the pool has it: one for all languages and sessions. */
export const spec = (folder: string, wanted: Program): EngineSpec<WyomingAsr.Ears> => {
  const { engine, max_concurrency, pip } = wanted
  const command = commandOf(wanted)
  const section = `asr_config.${engine}`
  const install = `pip install ${/\W/.test(pip.replaceAll("-", "")) ? `'${pip}'` : pip}`
  return {
    kind: "asr",
    id: `${engine}:${JSON.stringify({ command, max_concurrency })}`,
    load: OwnServer.open({
      kind: "asr",
      engine,
      command,
      folder,
      install: say("wyoming.install", install, `${section}.command`),
      advice: say("wyoming.checkProgram", section, install)
    }).pipe(Effect.map((server) => WyomingAsr.earsOf(server, max_concurrency)))
  }
}

export const wishOf = ({ engine, language, timeout_seconds }: Program): WyomingAsr.Wish => ({
  engine,
  language,
  timeout_seconds
})
