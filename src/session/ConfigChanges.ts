import { FileSystem, Path } from "@effect/platform"
import { Effect, FiberHandle, Layer, Ref, Stream } from "effect"
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
    const isOfConfig = (name: string) => name === own || /\.(ya?ml|json|txt)$/iu.test(name)
    const { look } = yield* ConfigReload.make
    const context = yield* Effect.context<FileSystem.FileSystem | Path.Path | CurrentConfig | Characters>()
    // Not waited for: a client that does not read would keep the next change from counting. What it misses comes with that.
    const telling = yield* FiberHandle.make()
    const untold = new Set<string>()
    const tell = Effect.suspend(() => {
      const files = [...untold]
      return registry.tell({ type: "config-changed", files, message: say("session.configChanged", files) })
    }).pipe(Effect.zipRight(Effect.sync(() => untold.clear())))
    yield* FolderWatch.changes(Effect.provide(ConfigReload.folders, context), isOfConfig).pipe(
      Stream.runForEach(() =>
        look.pipe(
          Effect.tap((files) => {
            for (const file of files) untold.add(file)
            return files.length === 0 ? Effect.void : FiberHandle.run(telling, tell)
          }),
          Effect.catchAllCause((cause) => Effect.logError("the configuration could not be read anew", cause))
        )
      ),
      Effect.provide(context),
      Effect.forkScoped
    )
  })
)
