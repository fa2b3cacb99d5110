import { FileSystem, Path } from "@effect/platform"
import { Effect, Layer, Ref, Stream } from "effect"
import { basename } from "node:path"
import { Characters } from "../config/Characters.ts"
import * as ConfigReload from "../config/ConfigReload.ts"
import { CurrentConfig } from "../config/CurrentConfig.ts"
import * as FolderWatch from "../config/FolderWatch.ts"
import { SessionRegistry } from "./SessionRegistry.ts"
import { say } from "../language/Text.ts"

/** Takes over files of the configuration that change while the server runs, and tells the sessions. */
export const layer = Layer.scopedDiscard(
  Effect.gen(function* () {
    const registry = yield* SessionRegistry
    const own = basename((yield* Ref.get(yield* CurrentConfig)).file)
    const isOfConfig = (name: string) => name === own || /\.(ya?ml|json)$/iu.test(name)
    const { look } = yield* ConfigReload.make
    const context = yield* Effect.context<FileSystem.FileSystem | Path.Path | CurrentConfig | Characters>()
    const tell = (files: ReadonlyArray<string>) =>
      registry.tell({
        type: "config-changed",
        files,
        message: say("session.configChanged", files)
      })
    yield* FolderWatch.changes(Effect.provide(ConfigReload.folders, context), isOfConfig).pipe(
      Stream.runForEach(() =>
        look.pipe(
          Effect.tap((files) => (files.length === 0 ? Effect.void : tell(files))),
          Effect.catchAllCause((cause) => Effect.logError("the configuration could not be read anew", cause))
        )
      ),
      Effect.provide(context),
      Effect.forkScoped
    )
  })
)
