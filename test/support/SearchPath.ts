import { FileSystem } from "@effect/platform"
import { Effect } from "effect"
import * as ConfigFolder from "./ConfigFolder.ts"

/** Runs it where programs are looked for in a folder with these shell scripts only, by name. */
export const withPrograms = <A, E, R>(
  programs: Readonly<Record<string, string>>,
  use: Effect.Effect<A, E, R>
) =>
  Effect.gen(function* () {
    const folder = yield* ConfigFolder.make(programs)
    const fs = yield* FileSystem.FileSystem
    yield* Effect.forEach(Object.keys(programs), (name) => fs.chmod(`${folder}/${name}`, 0o755))
    return yield* Effect.acquireUseRelease(
      Effect.sync(() => {
        const before = process.env["PATH"]
        process.env["PATH"] = folder
        return before
      }),
      () => use,
      (before) => Effect.sync(() => void (process.env["PATH"] = before))
    )
  })
