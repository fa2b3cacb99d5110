import { dirname } from "node:path"
import { FileSystem } from "@effect/platform"
import type { Error as PlatformError } from "@effect/platform"
import { Effect } from "effect"

const isThere = (folder: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.stat(folder)).pipe(
    Effect.map(({ type }) => type === "Directory"),
    Effect.orElseSucceed(() => false)
  )

/**
 * Makes a folder, with those above it that are missing; nothing if it is there. Node's own way (`recursive`) goes round
 * in a circle, with a thread that nothing can stop, where a file system takes no folder and says ENOENT: Linux's
 * `/proc` does.
 */
export const make: (
  folder: string
) => Effect.Effect<void, PlatformError.PlatformError, FileSystem.FileSystem> = Effect.fn("Folder.make")(
  function* (folder: string) {
    if (yield* isThere(folder)) return
    const fs = yield* FileSystem.FileSystem
    const above = dirname(folder)
    if (above !== folder) yield* make(above)
    // Another process may have made it meanwhile.
    yield* Effect.catchAll(fs.makeDirectory(folder), (error) =>
      Effect.flatMap(isThere(folder), (there) => (there ? Effect.void : Effect.fail(error)))
    )
  }
)
