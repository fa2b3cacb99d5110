import { spawnSync } from "node:child_process"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as LivingProcess from "../../src/supervision/LivingProcess.ts"
import * as Scratch from "../../src/supervision/Scratch.ts"

layer(NodeContext.layer)((it) => {
  it.scoped("clears what processes have left that were killed, and nothing else", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { pid } = spawnSync(process.execPath, ["--version"])
      const make = (name: string) =>
        Effect.acquireRelease(Effect.tap(Effect.succeed(join(tmpdir(), name)), fs.makeDirectory), (folder) =>
          Effect.ignore(fs.remove(folder, { recursive: true }))
        )
      const left = yield* make(`seiyuu-${LivingProcess.machine}-${pid}-left`)
      yield* fs.writeFileString(join(left, "upload"), "text")
      const stranger = yield* make(`seiyuu-00000000-${pid}-other`)
      const user = yield* make(`seiyuu-${LivingProcess.machine}-notes`)
      const mine = yield* Scratch.folder(fs)
      yield* Scratch.clear()
      const there = yield* Effect.forEach([left, stranger, user, mine], (folder) => fs.exists(folder))
      assert.deepStrictEqual(there, [false, true, true, true])
    })
  )
})
