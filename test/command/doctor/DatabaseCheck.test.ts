import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as DatabaseCheck from "../../../src/command/doctor/DatabaseCheck.ts"
import { temporaryFolder } from "../../support/HistoryDatabase.ts"
import * as SqliteFile from "../../support/SqliteFile.ts"

describe("DatabaseCheck", () => {
  it.scopedLive("changes no byte of a file", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const file = join(folder, "history.db")
      yield* SqliteFile.withoutLog(join(yield* temporaryFolder, "other.db"), file)
      const before = readFileSync(file)
      assert.strictEqual((yield* DatabaseCheck.check({ file })).state, "ok")
      assert.isTrue(before.equals(readFileSync(file)))
      assert.deepStrictEqual(readdirSync(folder), ["history.db"])
    }).pipe(Effect.provide(NodeContext.layer))
  )
})
