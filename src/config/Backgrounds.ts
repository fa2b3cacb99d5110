import { FileSystem, Path } from "@effect/platform"
import { Effect } from "effect"
import { Settings } from "./Settings.ts"

/** The pictures of the folder `backgrounds`, by name, served under `/bg/`. A missing folder has none. */
export const list = Effect.gen(function* () {
  const { folder } = yield* Settings
  const fileSystem = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const names = yield* Effect.orElseSucceed(
    fileSystem.readDirectory(path.join(folder, "backgrounds")),
    () => []
  )
  return names.filter((name) => /^[^.].*\.(jpe?g|png|gif)$/iu.test(name)).toSorted()
}).pipe(Effect.withSpan("Backgrounds.list"))
