import { Path } from "@effect/platform"
import { Context, Effect, Layer, Option } from "effect"
import * as CurrentConfig from "./CurrentConfig.ts"
import type { LoadedConfig } from "./ConfigFile.ts"
import type { ToolPrompts } from "./SystemConfig.ts"
import * as TextFile from "./TextFile.ts"

/** What a prompt of `system_config.tool_prompts` is for. */
export type PromptPurpose = keyof ToolPrompts

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
  /** Of the configuration that counts at each moment. */
  static readonly layerCurrent = Layer.effect(
    Prompts,
    Effect.suspend(() => ofCurrent)
  )

  static readonly layer = (loaded: LoadedConfig) =>
    Layer.provide(Prompts.layerCurrent, CurrentConfig.CurrentConfig.layer(loaded))
}

const placeholder = "[<insert_emomap_keys>]"

const ofCurrent = Effect.gen(function* () {
  const { value: texts } = yield* CurrentConfig.derived(textsOf)
  yield* texts
  return Prompts.of({
    get: (purpose, emotions) => Effect.map(texts, (textFor) => textFor(purpose, emotions))
  })
})

const textsOf = Effect.fnUntraced(function* ({ folder, config }: LoadedConfig) {
  const path = yield* Path.Path
  // Two folders up from here is the package's own folder, in src/ as in dist/.
  const shipped = yield* Effect.orDie(path.fromFileUrl(new URL("../../prompts/utils", import.meta.url)))
  const folders = [path.join(folder, "prompts", "utils"), shipped]

  const read = (name: string) =>
    Effect.firstSuccessOf(folders.map((folder) => TextFile.read(path.join(folder, `${name}.txt`)))).pipe(
      Effect.map(({ text }) => text),
      Effect.option
    )
  // Once, like the configuration that names them: every connection asks for them.
  const texts = new Map<string, string>()
  // Without it a model that has no calls of its own could not be told how to write one.
  const names: ToolPrompts = { mcp_prompt: "mcp_prompt", ...config.system_config.tool_prompts }
  for (const [purpose, name] of Object.entries(names)) {
    if (name.trim() === "") continue
    const text = yield* read(name)
    if (Option.isSome(text)) texts.set(name, text.value)
    else
      yield* Effect.logWarning(
        `system_config.tool_prompts.${purpose}: there is no file prompts/utils/${name}.txt that can be read` +
          (/\.txt$/i.test(name) ? " (write its name without .txt); " : "; ") +
          (purpose === "proactive_speak_prompt" ? "a short one takes its place" : "the prompt is left out")
      )
  }

  return (purpose: PromptPurpose, emotions: Iterable<string>) => {
    const name = names[purpose]
    const text = texts.get(name ?? "")
    if (text === undefined) return undefined
    const keywords = Array.from(emotions, (emotion) => `[${emotion}]`)
    if (keywords.length === 0 && text.includes(placeholder)) return undefined
    return text.trim().replaceAll(placeholder, () => keywords.join(", "))
  }
})
