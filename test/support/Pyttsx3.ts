import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { FileSystem } from "@effect/platform"
import { Effect } from "effect"

/** A Python of this machine that has the real pyttsx3, in a folder of its own. */
export const python = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped()
  const pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", join(folder, "lib")]
  yield* Effect.promise(() => promisify(execFile)("python3", [...pip, "pyttsx3==2.99"]))
  return yield* wrapper(folder, join(folder, "lib"))
})

/** A Python of this machine that finds only what lies in a folder. */
export const wrapper = (folder: string, library: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const program = join(folder, "python3")
    yield* fs.writeFileString(program, `#!/bin/sh\nPYTHONPATH="${library}" exec python3 -s "$@"\n`)
    yield* fs.chmod(program, 0o755)
    return program
  })
