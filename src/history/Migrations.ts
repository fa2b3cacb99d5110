import { Migrator, SqlClient } from "@effect/sql"
import { Effect } from "effect"

/** Brings the database up to date; each step runs once, all in one transaction. */
export const run = Effect.suspend(() =>
  Migrator.make({})({
    table: "history_migrations",
    loader: Migrator.fromRecord({
      "0001_histories_and_messages": historiesAndMessages,
      "0002_facts": facts,
      "0003_conversations_by_character": conversationsByCharacter
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

/**
 * A conversation is known by its character and its uid: one that has moved in may have another character's uid. What its
 * file said of it beside its messages is kept as JSON.
 */
const conversationsByCharacter = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql.onDialectOrElse({
    pg: () =>
      Effect.all([
        sql`ALTER TABLE histories DROP CONSTRAINT histories_uid_key`,
        sql`ALTER TABLE histories ADD UNIQUE (conf_uid, uid)`,
        sql`ALTER TABLE histories ADD COLUMN metadata TEXT`
      ]),
    // SQLite takes no constraint away. Messages go first: deleting what they refer to would delete them too.
    orElse: () =>
      Effect.all([
        sql`CREATE TABLE new_histories (
          id ${idColumn(sql)}, uid TEXT NOT NULL, conf_uid TEXT NOT NULL, metadata TEXT, UNIQUE (conf_uid, uid)
        )`,
        sql`INSERT INTO new_histories (id, uid, conf_uid) SELECT id, uid, conf_uid FROM histories`,
        sql`CREATE TABLE new_messages (
          id ${idColumn(sql)},
          history_id INTEGER NOT NULL REFERENCES new_histories (id) ON DELETE CASCADE,
          role TEXT NOT NULL,
          timestamp TEXT NOT NULL,
          content TEXT NOT NULL,
          name TEXT,
          avatar TEXT
        )`,
        sql`INSERT INTO new_messages SELECT id, history_id, role, timestamp, content, name, avatar FROM messages`,
        sql`DROP TABLE messages`,
        sql`DROP TABLE histories`,
        sql`ALTER TABLE new_histories RENAME TO histories`,
        sql`ALTER TABLE new_messages RENAME TO messages`,
        sql`CREATE INDEX histories_of_character ON histories (conf_uid)`,
        sql`CREATE INDEX messages_of_history ON messages (history_id, id)`,
        sql`CREATE INDEX shown_messages_of_history ON messages (history_id, id) WHERE role <> 'system'`
      ])
  })
})
