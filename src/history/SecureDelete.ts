import { SqlClient } from "@effect/sql"
import { Effect, Schedule } from "effect"

/**
 * Takes what has been deleted out of SQLite's log too: it would stay there until other pages are written over it. Who
 * reads the file at the moment (a backup) still needs the log.
 */
export const clearLog = Effect.map(SqlClient.SqlClient, (sql) =>
  sql.onDialectOrElse({
    sqlite: () =>
      sql<{ busy: number }>`PRAGMA wal_checkpoint(TRUNCATE)`.pipe(
        Effect.filterOrFail(([answer]) => answer?.busy !== 1),
        Effect.retry(Schedule.spaced("50 millis").pipe(Schedule.upTo("2 seconds"))),
        Effect.catchAll(() => Effect.logWarning(stillInLog)),
        Effect.asVoid
      ),
    orElse: () => Effect.void
  })
)

const stillInLog =
  "Another program reads the conversations' database: what was deleted stays in its log (-wal) until the next deletion, or until nobody has it open."
