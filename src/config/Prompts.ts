import { FileSystem, Path } from "@effect/platform"
import { Context, Effect, Layer, Option } from "effect"
import type { LoadedConfig } from "./ConfigFile.ts"

/** What a prompt of `system_config.tool_prompts` is for. */
export type PromptPurpose =
  | "live2d_expression_prompt"
  | "think_tag_prompt"
  | "live_prompt"
  | "group_conversation_prompt"
  | "mcp_prompt"
  | "proactive_speak_prompt"
  | "speakable_prompt"
  | "tool_guidance_prompt"

/** The texts that tell a model how to behave, one file each in `prompts/utils`. */
export class Prompts extends Context.Tag("seiyuu/config/Prompts")<
  Prompts,
  {
    /**
     * The prompt for a purpose, with the avatar's emotion keywords put in; undefined if the configuration names none,
     * or its file is nowhere to be found, or it is about keywords and the avatar has none.
     */
    readonly get: (purpose: PromptPurpose, emotions: Iterable<string>) => Effect.Effect<string | undefined>
  }
>() {
  static readonly layer = (loaded: LoadedConfig) => Layer.effect(Prompts, make(loaded))
}

const placeholder = "[<insert_emomap_keys>]"

const make = Effect.fnUntraced(function* ({ folder, config }: LoadedConfig) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  // Two folders up from here is the package's own folder, in src/ as in dist/.
  const shipped = yield* Effect.orDie(path.fromFileUrl(new URL("../../prompts/utils", import.meta.url)))
  const folders = [path.join(folder, "prompts", "utils"), shipped]
  const said = new Set<string>()

  const read = (name: string) =>
    Effect.firstSuccessOf(folders.map((folder) => fs.readFileString(path.join(folder, `${name}.txt`)))).pipe(
      Effect.option
    )
  // Once, like the configuration that names them: every connection asks for them.
  const texts = new Map<string, Option.Option<string>>()
  // Without it a model that has no calls of its own could not be told how to write one.
  const names: Readonly<Record<string, string>> = {
    mcp_prompt: "mcp_prompt",
    ...config.system_config.tool_prompts
  }
  for (const name of Object.values(names)) {
    if (name.trim() !== "" && !texts.has(name)) texts.set(name, yield* read(name))
  }

  const get = Effect.fnUntraced(function* (purpose: PromptPurpose, emotions: Iterable<string>) {
    const name = names[purpose]
    const text = texts.get(name ?? "")
    if (text === undefined) return undefined
    if (Option.isSome(text)) {
      const keywords = Array.from(emotions, (emotion) => `[${emotion}]`)
      if (keywords.length === 0 && text.value.includes(placeholder)) return undefined
      return text.value.trim().replaceAll(placeholder, () => keywords.join(", "))
    }
    if (!said.has(purpose)) {
      said.add(purpose)
      yield* Effect.logWarning(
        `system_config.tool_prompts.${purpose}: there is no file prompts/utils/${name}.txt; the prompt is left out`
      )
    }
    return undefined
  })

  return Prompts.of({ get })
})
