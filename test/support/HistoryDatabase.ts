import { NodeFileSystem } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as SqliteHistory from "../../src/history/SqliteHistory.ts"

/** A folder whose name would break a carelessly written URL; gone with the scope. */
export const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "history #1% "))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)
/** Nothing has to move a clock between two messages. */
export const open = (file: string) =>
  SqliteHistory.layer({ file, pause: 0 }).pipe(Layer.provide(NodeFileSystem.layer))

/** A fresh database in a folder that does not exist yet. */
export const fresh = Layer.unwrapScoped(
  Effect.map(temporaryFolder, (folder) => open(join(folder, "not", "there", "history.db")))
)
