import { dirname } from "node:path"
import { FileSystem } from "@effect/platform"
import { SqlClient } from "@effect/sql"
import { Effect } from "effect"
import type { Place } from "../../history/Database.ts"
import * as PostgresClient from "../../history/PostgresClient.ts"
import * as PostgresHistory from "../../history/PostgresHistory.ts"
import * as SqliteClient from "../../history/SqliteClient.ts"
import * as Machine from "./Machine.ts"
import * as Report from "./Report.ts"

const mend = "Correct system_config.database, or see that the file and its folder can be written."

/** Whether the database of conversations can be reached. Nothing in it is changed, and none is made. */
export const check = (place: Place) => ("url" in place ? server(place.url) : file(place.file))

const server = Effect.fn("DatabaseCheck.server")(function* (url: string) {
  const address = PostgresHistory.shown(url)
  return yield* Effect.flatMap(
    SqlClient.SqlClient,
    (sql) => sql<{ server_version: string }>`SHOW server_version`
  ).pipe(
    Effect.provide(PostgresClient.layer(url)),
    Effect.match({
      onSuccess: ([row]) => Report.ok(`${address} answers, PostgreSQL ${row?.server_version ?? ""}`),
      onFailure: (cause) =>
        Report.broken(`${address}: ${PostgresHistory.reasonOf(cause)}`, PostgresHistory.mend)
    })
  )
})

const file = Effect.fn("DatabaseCheck.file")(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  if (!(yield* Effect.orElseSucceed(fs.exists(path), () => false))) {
    const folder = yield* Machine.modelsFolder(dirname(path), 0)
    return folder.state === "ok"
      ? Report.ok("it will be made at the first start")
      : Report.broken(folder.detail, mend)
  }
  return yield* Effect.flatMap(SqlClient.SqlClient, (sql) => sql`SELECT COUNT(*) FROM sqlite_master`).pipe(
    Effect.provide(SqliteClient.layerForLook(path)),
    Effect.match({
      onSuccess: () => Report.ok("can be opened"),
      onFailure: (cause) => Report.broken(`it cannot be opened (${PostgresHistory.reasonOf(cause)})`, mend)
    })
  )
})
