import { SqlClient } from "@effect/sql"
import { Effect, Queue, Schedule } from "effect"
import { nextRound } from "../supervision/NextRound.ts"

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
  "Another program reads the conversations' database, or its disk is slow: what was deleted stays in its log (-wal) until the next deletion, or until nobody has it open."

/** Pages of the index that one step writes: a few ms, as the driver is synchronous. */
const pages = 8

/**
 * Merges the search index into one segment, which leaves out what has been deleted: as long as there are more, one has the
 * words and another one only says that they are gone. (FTS5's option secure-delete does it at once, but its own
 * integrity check fails afterwards.)
 */
const mergeIndex = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const merge = (most: number) =>
    sql`INSERT INTO messages_text (messages_text, rank) VALUES ('merge', ${most})`
  const segments = Effect.map(
    sql<{ count: number }>`SELECT COUNT(DISTINCT segid) AS count FROM messages_text_idx`,
    ([row]) => row?.count ?? 0
  )
  // Below zero it begins to merge all segments, whatever their sizes.
  if ((yield* segments) > 1) yield* merge(-pages)
  while ((yield* segments) > 1) {
    yield* nextRound
    yield* merge(pages)
  }
})

/**
 * Asks for the search index to be cleared of what has been deleted, which goes on in the background of the caller's scope
 * while others are served. What a stop breaks off, the next deletion finishes.
 */
export const clearIndex = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const log = yield* clearLog
  if (sql.onDialectOrElse({ sqlite: () => false, orElse: () => true })) return Effect.void
  // One that waits stands for all deletions before.
  const asked = yield* Queue.sliding<void>(1)
  yield* Queue.take(asked).pipe(
    Effect.zipRight(mergeIndex(sql)),
    Effect.zipRight(log),
    Effect.catchAllCause((cause) =>
      Effect.logWarning("clearing the search index of what was deleted failed", cause)
    ),
    Effect.forever,
    Effect.forkScoped
  )
  return Effect.asVoid(Queue.offer(asked, undefined))
})
