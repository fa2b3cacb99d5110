import { FileSystem } from "@effect/platform"
import { Effect, Layer } from "effect"
import { dirname, resolve } from "node:path"
import { History, HistoryFailed } from "./History.ts"
import * as Migrations from "./Migrations.ts"
import * as SqlHistory from "./SqlHistory.ts"
import * as SqliteClient from "./SqliteClient.ts"

/**
 * Conversations in an SQLite database. `file` is its path, relative to the working directory; the folder is
 * created. Empty histories that an earlier process left are removed, so one process may use a file at a time.
 */
export const layer = (options: { readonly file: string }) => {
  const file = resolve(options.file)
  const createFolder = Layer.effectDiscard(
    Effect.flatMap(FileSystem.FileSystem, (files) => files.makeDirectory(dirname(file), { recursive: true }))
  )
  return Layer.effect(
    History,
    Effect.all([Migrations.run, SqlHistory.discardAllEmpty]).pipe(Effect.zipRight(SqlHistory.make))
  ).pipe(
    Layer.provide(SqliteClient.layer(file)),
    Layer.provide(createFolder),
    Layer.catchAll((cause) => Layer.fail(new HistoryFailed({ action: `open ${options.file}`, cause })))
  )
}
