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

interface KeyRow {
  readonly segid: number
  /** In hexadecimal, with the byte that FTS5 puts before each term. */
  readonly key: string
  /** The first term of the index that is not below it, in hexadecimal; empty if there is none. */
  readonly next: string
}

/** Keys that are looked at in one statement: 10 ms, as the driver is synchronous. */
const keysAtOnce = 50

/**
 * Takes what has been deleted out of the keys of the search index. FTS5's secure-delete leaves one where it was the first
 * term of a page that has others, and merging does not rewrite a segment that is alone. A key only has to lie between the
 * last term of the page before and the first one of its own, so the next term that is still in the index will do.
 */
export const clearIndex = Effect.map(SqlClient.SqlClient, (sql) => {
  const keysAfter = (segid: number, key: string) =>
    sql.unsafe<KeyRow>(
      `SELECT segid, HEX(term) AS key,
        HEX((SELECT v.term FROM messages_terms v WHERE v.term >= CAST(SUBSTR(i.term, 2) AS TEXT) LIMIT 1)) AS next
      FROM messages_text_idx i WHERE (segid, term) > (${segid}, X'${key}') AND LENGTH(term) > 1
      ORDER BY segid, term LIMIT ${keysAtOnce}`
    )
  const step = (segid: number, key: string) =>
    sql.withTransaction(
      Effect.tap(keysAfter(segid, key), (rows) =>
        Effect.forEach(rows.filter(isStale), (row) =>
          sql.unsafe(
            `UPDATE OR IGNORE messages_text_idx SET term = X'${prefixOf(row)}${row.next}' WHERE segid = ${row.segid} AND term = X'${row.key}'`
          )
        )
      )
    )
  const clear = Effect.gen(function* () {
    yield* sql`CREATE VIRTUAL TABLE IF NOT EXISTS temp.messages_terms USING fts5vocab (main, messages_text, row)`
    let rows = yield* step(-1, "")
    while (rows.length > 0) {
      yield* Effect.yieldNow()
      const last = rows.at(-1)!
      rows = yield* step(last.segid, last.key)
    }
  })
  return sql.onDialectOrElse({ sqlite: () => clear, orElse: () => Effect.void })
})

const prefixOf = ({ key }: KeyRow): string => key.slice(0, 2)

/** A key is a term, or as much of one as tells it from the last term of the page before. */
const isStale = (row: KeyRow): boolean => row.next !== "" && !row.next.startsWith(row.key.slice(2))
