import { tmpdir } from "node:os"
import { FileSystem, Path } from "@effect/platform"
import { Effect } from "effect"
import * as LivingProcess from "./LivingProcess.ts"

const ours = `seiyuu-${LivingProcess.machine}-`

/** A folder for temporary files, which goes with the scope. */
export const folder = (fs: FileSystem.FileSystem) =>
  fs.makeTempDirectoryScoped({ prefix: `seiyuu-${LivingProcess.mine}` })

/** Removes the folders of servers that were killed. */
export const clear = Effect.fn("Scratch.clear")(function* () {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const isLeft = (name: string) => {
    const pid = name.startsWith(ours) ? Number.parseInt(name.slice(ours.length), 10) : Number.NaN
    return !Number.isNaN(pid) && !LivingProcess.isAlive(pid)
  }
  const names = yield* Effect.orElseSucceed(fs.readDirectory(tmpdir()), () => [])
  yield* Effect.forEach(names.filter(isLeft), (name) =>
    Effect.ignore(fs.remove(path.join(tmpdir(), name), { recursive: true }))
  )
})
