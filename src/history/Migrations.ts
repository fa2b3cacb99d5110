import { Migrator, SqlClient } from "@effect/sql"
import { Effect } from "effect"

/** Brings the database up to date; each step runs once, all in one transaction. */
export const run = Effect.suspend(() =>
  Migrator.make({})({
    table: "history_migrations",
    loader: Migrator.fromRecord({
      "0001_histories_and_messages": historiesAndMessages,
      "0002_facts": facts
    })
  })
)

/** Ids are never used again, so that a stale one means nothing rather than somebody else's message. */
const idColumn = (sql: SqlClient.SqlClient) =>
  sql.literal(
    sql.onDialectOrElse({
      pg: () => "INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
      orElse: () => "INTEGER PRIMARY KEY AUTOINCREMENT"
    })
  )

const historiesAndMessages = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const id = idColumn(sql)
  yield* sql`CREATE TABLE histories (id ${id}, uid TEXT NOT NULL UNIQUE, conf_uid TEXT NOT NULL)`
  yield* sql`CREATE INDEX histories_of_character ON histories (conf_uid)`
  yield* sql`CREATE TABLE messages (
    id ${id},
    history_id INTEGER NOT NULL REFERENCES histories (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    timestamp TEXT NOT NULL,
    content TEXT NOT NULL,
    name TEXT,
    avatar TEXT
  )`
  yield* sql`CREATE INDEX messages_of_history ON messages (history_id, id)`
  // Finds the latest message that a list shows without walking over system marks.
  yield* sql`CREATE INDEX shown_messages_of_history ON messages (history_id, id) WHERE role <> 'system'`
})

const facts = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const bytes = sql.literal(sql.onDialectOrElse({ pg: () => "BYTEA", orElse: () => "BLOB" }))
  yield* sql`CREATE TABLE facts (
    id ${idColumn(sql)},
    conf_uid TEXT NOT NULL,
    person TEXT NOT NULL,
    text TEXT NOT NULL,
    importance INTEGER NOT NULL,
    embedding ${bytes},
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    used BIGINT NOT NULL
  )`
  yield* sql`CREATE INDEX facts_of_owner ON facts (conf_uid, person)`
})
