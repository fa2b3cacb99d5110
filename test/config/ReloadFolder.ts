import { Error, FileSystem } from "@effect/platform"
import type { Path } from "@effect/platform"
import { Effect, Layer } from "effect"
import { Characters } from "../../src/config/Characters.ts"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import * as ConfigReload from "../../src/config/ConfigReload.ts"
import { CurrentConfig } from "../../src/config/CurrentConfig.ts"
import { McpEntries } from "../../src/config/McpEntries.ts"
import { ModelDict } from "../../src/config/ModelDict.ts"
import { Prompts } from "../../src/config/Prompts.ts"
import { Settings } from "../../src/config/Settings.ts"
import * as ConfigFolder from "../support/ConfigFolder.ts"

export const base = ConfigFolder.minimal
export const other = 'character_config: {conf_name: Other, human_name: "You"}\n'

export interface Running {
  readonly folder: string
  readonly write: (name: string, text: string) => Effect.Effect<void>
  readonly remove: (name: string) => Effect.Effect<void>
  readonly look: Effect.Effect<ReadonlyArray<string>>
  readonly lines: Array<string>
}

interface Options {
  /** Files beside `conf.yaml`. */
  readonly files?: Readonly<Record<string, string>>
  /** What happens between the loading of the configuration and the first look. */
  readonly meanwhile?: (folder: string) => Effect.Effect<void, never, FileSystem.FileSystem>
  /** What is read of a file instead of what is in it. */
  readonly instead?: (file: string) => string | undefined
  readonly isUnreadable?: (folder: string) => boolean
}

/** The disk, but for what a test says of it. */
const diskBut = ({ instead = () => undefined, isUnreadable = () => false }: Options) =>
  Layer.effect(
    FileSystem.FileSystem,
    Effect.map(FileSystem.FileSystem, (fs) => ({
      ...fs,
      readFile: (file: string) =>
        Effect.suspend(() => {
          const text = instead(file)
          return text === undefined ? fs.readFile(file) : Effect.succeed(new TextEncoder().encode(text))
        }),
      readDirectory: (folder: string) =>
        Effect.suspend(() =>
          isUnreadable(folder)
            ? new Error.SystemError({
                reason: "Unknown",
                module: "FileSystem",
                method: "readDirectory",
                pathOrDescriptor: folder
              })
            : fs.readDirectory(folder)
        )
    }))
  )

/** A running configuration, with what the test does to its files. */
export const run = <E, R>(test: (running: Running) => Effect.Effect<void, E, R>, options: Options = {}) => {
  const lines: Array<string> = []
  const { files = {}, meanwhile = () => Effect.void } = options
  return Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* ConfigFolder.make({ "conf.yaml": base, "characters/other.yaml": other, ...files })
    const loaded = yield* ConfigFile.load(`${folder}/conf.yaml`)
    yield* meanwhile(folder)
    const config = Layer.mergeAll(
      Characters.layerCurrent,
      ModelDict.layer,
      McpEntries.layer,
      Prompts.layerCurrent
    ).pipe(
      Layer.provideMerge(CurrentConfig.layer(loaded)),
      Layer.provideMerge(Layer.succeed(Settings, { folder, system: loaded.config.system_config }))
    )
    yield* Effect.gen(function* () {
      const { look } = yield* ConfigReload.make
      const context = yield* Effect.context<FileSystem.FileSystem | Path.Path | CurrentConfig>()
      yield* test({
        folder,
        write: (name, text) => Effect.orDie(fs.writeFileString(`${folder}/${name}`, text)),
        remove: (name) => Effect.orDie(fs.remove(`${folder}/${name}`)),
        look: Effect.provide(look, context),
        lines
      })
    }).pipe(Effect.provide(config))
  }).pipe(Effect.provide(Layer.merge(diskBut(options), ConfigFolder.logTo(lines))))
}
