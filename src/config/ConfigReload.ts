import { Path } from "@effect/platform"
import { Effect, Ref } from "effect"
import { Characters } from "./Characters.ts"
import * as ConfigTakeover from "./ConfigTakeover.ts"
import { CurrentConfig } from "./CurrentConfig.ts"
import { McpEntries } from "./McpEntries.ts"
import * as McpServersFile from "./McpServersFile.ts"
import * as ModelDict from "./ModelDict.ts"
import * as Prompts from "./Prompts.ts"

/** The folders that the configuration's files are in. */
export const folders = Effect.gen(function* () {
  const path = yield* Path.Path
  const { config, folder } = yield* Ref.get(yield* CurrentConfig)
  return [folder, path.resolve(folder, config.system_config.config_alts_dir), Prompts.folderOf(path, folder)]
})

/**
 * `look` finds out whether files of the configuration have changed, takes over those that can be used, and gives the names
 * of these. What cannot be used is logged with all that is wrong, and what was before stays. Each file is compared with what was
 * read of it last, not with what it was at some moment before that: no change is lost in between.
 */
export const make = Effect.gen(function* () {
  const path = yield* Path.Path
  const characters = yield* Characters
  const models = yield* ModelDict.ModelDict
  const servers = yield* McpEntries
  const prompts = yield* Prompts.Prompts
  const config = yield* ConfigTakeover.make
  const name = path.basename((yield* Ref.get(yield* CurrentConfig)).file)
  // What the characters are now is what they stay, if their files break.
  yield* characters.take

  const takeCharacters = Effect.gen(function* () {
    const { changed, gone } = yield* characters.take
    const good = yield* Effect.forEach(changed, ({ edited, filename, problem }) =>
      edited
        ? taken(filename, problem === undefined ? [] : [problem.message])
        : Effect.as(
            Effect.logError(
              `${filename} cannot be used with what is in ${name} now; the character stays as it was\n${problem?.message}`
            ),
            []
          )
    )
    return [...good.flat(), ...gone]
  })

  const look = Effect.gen(function* () {
    // Characters are laid on what is in conf.yaml, and are where it says.
    const all = [
      ...(yield* taken(name, yield* config.take)),
      ...(yield* taken(ModelDict.fileName, yield* models.take)),
      ...(yield* taken(McpServersFile.fileName, yield* servers.take)),
      ...(yield* takeCharacters),
      ...(yield* prompts.take)
    ]
    if (all.length > 0)
      yield* Effect.logInfo(`${all.join(", ")}: new sessions and the next switches have what is there now`)
    return all
  }).pipe(Effect.withSpan("ConfigReload.look"))

  return { look }
})

/** The file's name if it has changed and there is nothing wrong with it; else says what is. */
const taken = (name: string, problems: ReadonlyArray<string> | undefined) => {
  if (problems === undefined) return Effect.succeed([])
  if (problems.length === 0) return Effect.succeed([name])
  const said = `${name} has changed and cannot be used; what was before stays\n${problems.join("\n")}`
  return Effect.as(Effect.logError(said), [])
}
