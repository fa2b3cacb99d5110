import { Path } from "@effect/platform"
import type { FileSystem } from "@effect/platform"
import { Context, Effect, Layer, Option, Ref } from "effect"
import { CurrentConfig } from "./CurrentConfig.ts"
import type { LoadedConfig } from "./ConfigFile.ts"
import type { ToolPrompts } from "./SystemConfig.ts"
import * as TextFile from "./TextFile.ts"
import * as WarnOnce from "./WarnOnce.ts"

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
    /** Reads the files anew, and gives the names of those that are others than they were. */
    readonly take: Effect.Effect<ReadonlyArray<string>>
  }
>() {
  /** Of the configuration that counts at each moment. */
  static readonly layerCurrent = Layer.effect(
    Prompts,
    Effect.suspend(() => ofCurrent)
  )

  static readonly layer = (loaded: LoadedConfig) =>
    Layer.provide(Prompts.layerCurrent, CurrentConfig.layer(loaded))
}

/** Where the prompts of a configuration are, beside those that come with the project. */
export const folderOf = (path: Path.Path, folder: string) => path.join(folder, "prompts", "utils")

const placeholder = "[<insert_emomap_keys>]"

const ofCurrent = Effect.gen(function* () {
  const current = yield* CurrentConfig
  const context = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
  const warnOnce = WarnOnce.make()
  const reading = yield* Effect.makeSemaphore(1)
  let read: { readonly of: LoadedConfig; readonly texts: Texts } | undefined
  /** Those of the configuration that counts now; every connection asks for them. */
  const texts = (anew: boolean) =>
    Effect.gen(function* () {
      const loaded = yield* Ref.get(current)
      if (anew || read?.of !== loaded) read = { of: loaded, texts: yield* textsOf(loaded, warnOnce) }
      return read.texts
    }).pipe(reading.withPermits(1), Effect.provide(context))
  yield* texts(false)

  return Prompts.of({
    get: (purpose, emotions) =>
      Effect.map(texts(false), ({ byName, names }) => {
        const text = byName.get(names[purpose] ?? "")
        return text === undefined ? undefined : withEmotions(text, emotions)
      }),
    take: Effect.gen(function* () {
      const { byName: before } = yield* texts(false)
      const { byName: now } = yield* texts(true)
      const names = new Set([...before.keys(), ...now.keys()])
      return [...names].filter((name) => before.get(name) !== now.get(name)).map((name) => `${name}.txt`)
    })
  })
})

const withEmotions = (text: string, emotions: Iterable<string>) => {
  const keywords = Array.from(emotions, (emotion) => `[${emotion}]`)
  if (keywords.length === 0 && text.includes(placeholder)) return undefined
  return text.trim().replaceAll(placeholder, () => keywords.join(", "))
}

interface Texts {
  /** The prompts' names by purpose. */
  readonly names: ToolPrompts
  readonly byName: ReadonlyMap<string, string>
}

const textsOf = Effect.fnUntraced(function* (
  { folder, config }: LoadedConfig,
  warn: (warning: string) => Effect.Effect<void>
) {
  const path = yield* Path.Path
  // Two folders up from here is the package's own folder, in src/ as in dist/.
  const shipped = yield* Effect.orDie(path.fromFileUrl(new URL("../../prompts/utils", import.meta.url)))
  const folders = [folderOf(path, folder), shipped]

  const read = (name: string) =>
    Effect.firstSuccessOf(folders.map((folder) => TextFile.read(path.join(folder, `${name}.txt`)))).pipe(
      Effect.map(({ text }) => text),
      Effect.option
    )
  const byName = new Map<string, string>()
  // Without it a model that has no calls of its own could not be told how to write one.
  const names: ToolPrompts = { mcp_prompt: "mcp_prompt", ...config.system_config.tool_prompts }
  for (const [purpose, name] of Object.entries(names)) {
    if (name.trim() === "") continue
    const text = yield* read(name)
    if (Option.isSome(text)) byName.set(name, text.value)
    else
      yield* warn(
        `system_config.tool_prompts.${purpose}: there is no file prompts/utils/${name}.txt that can be read` +
          (/\.txt$/i.test(name) ? " (write its name without .txt); " : "; ") +
          (purpose === "proactive_speak_prompt" ? "a short one takes its place" : "the prompt is left out")
      )
  }

  const texts: Texts = { names, byName }
  return texts
})
