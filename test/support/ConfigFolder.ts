import { FileSystem, Path } from "@effect/platform"
import { Effect, Logger } from "effect"

/** A folder of its own with these files in it, by relative path; it goes with the scope. */
export const make = Effect.fnUntraced(function* (files: Readonly<Record<string, string>>) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const folder = yield* fs.makeTempDirectoryScoped()
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name)
    yield* fs.makeDirectory(path.dirname(file), { recursive: true })
    yield* fs.writeFileString(file, text)
  }
  return folder
})

/** Replaces the default logger by one that keeps every message as text. */
export const logTo = (lines: Array<string>) =>
  Logger.replace(
    Logger.defaultLogger,
    Logger.make(({ message }) => {
      lines.push(Array.isArray(message) ? message.join(" ") : String(message))
    })
  )

/** The least that a `conf.yaml` can say. */
export const minimal = `character_config:
  conf_name: Base
  conf_uid: base_001
  agent_config:
    agent_settings:
      basic_memory_agent:
        llm_provider: llama_cpp_llm
  tts_config:
    tts_model: flite_tts
`
