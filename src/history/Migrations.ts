import { Migrator, SqlClient } from "@effect/sql"
import { Effect } from "effect"

/** Brings the database up to date; each step runs once, all in one transaction. */
export const run = Effect.suspend(() =>
  Migrator.make({})({
    table: "history_migrations",
    loader: Migrator.fromRecord({
      "0001_histories_and_messages": historiesAndMessages,
      "0002_facts": facts,
      "0003_titles_and_search": titlesAndSearch
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

const titlesAndSearch = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ALTER TABLE histories ADD COLUMN title TEXT`
  // The latest message that a list shows: with it a list reads as many rows as it has. Triggers keep it, whoever writes.
  yield* sql`ALTER TABLE histories ADD COLUMN last_shown INTEGER`
  yield* sql`UPDATE histories SET last_shown =
    (SELECT MAX(id) FROM messages WHERE history_id = histories.id AND role <> 'system')`
  yield* sql`DROP INDEX histories_of_character`
  yield* sql`CREATE INDEX histories_of_character ON histories (conf_uid, last_shown)`
  yield* sql.onDialectOrElse({ pg: () => postgresTriggers(sql), orElse: () => sqliteTriggers(sql) })
})

const latestShown = "(SELECT MAX(id) FROM messages WHERE history_id = old.history_id AND role <> 'system')"

const sqliteTriggers = (sql: SqlClient.SqlClient) =>
  Effect.forEach(
    [
      // Three characters at a time, so that languages without spaces are found. The text itself is read from `messages`.
      `CREATE VIRTUAL TABLE messages_text USING fts5 (content, content='messages', content_rowid='id', tokenize='trigram')`,
      // What is deleted leaves nothing in this index either.
      `INSERT INTO messages_text (messages_text, rank) VALUES ('secure-delete', 1)`,
      `INSERT INTO messages_text (rowid, content) SELECT id, content FROM messages WHERE role <> 'system'`,
      `CREATE TRIGGER message_added AFTER INSERT ON messages WHEN new.role <> 'system' BEGIN
        INSERT INTO messages_text (rowid, content) VALUES (new.id, new.content);
        UPDATE histories SET last_shown = new.id WHERE id = new.history_id;
      END`,
      `CREATE TRIGGER message_changed AFTER UPDATE OF content ON messages WHEN new.role <> 'system' BEGIN
        INSERT INTO messages_text (messages_text, rowid, content) VALUES ('delete', old.id, old.content);
        INSERT INTO messages_text (rowid, content) VALUES (new.id, new.content);
      END`,
      `CREATE TRIGGER message_removed AFTER DELETE ON messages WHEN old.role <> 'system' BEGIN
        INSERT INTO messages_text (messages_text, rowid, content) VALUES ('delete', old.id, old.content);
        UPDATE histories SET last_shown = ${latestShown} WHERE id = old.history_id AND last_shown = old.id;
      END`
    ],
    (statement) => sql.unsafe(statement)
  )

const postgresTriggers = (sql: SqlClient.SqlClient) =>
  Effect.forEach(
    [
      `CREATE FUNCTION history_message_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE histories SET last_shown = new.id WHERE id = new.history_id;
        RETURN NULL;
      END $$`,
      `CREATE TRIGGER message_added AFTER INSERT ON messages FOR EACH ROW WHEN (new.role <> 'system')
        EXECUTE FUNCTION history_message_added()`,
      `CREATE FUNCTION history_message_removed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE histories SET last_shown = ${latestShown} WHERE id = old.history_id AND last_shown = old.id;
        RETURN NULL;
      END $$`,
      `CREATE TRIGGER message_removed AFTER DELETE ON messages FOR EACH ROW WHEN (old.role <> 'system')
        EXECUTE FUNCTION history_message_removed()`,
      // The extension may not be installed, or not be ours to make. A search finds the same without it, by looking at
      // every message.
      `DO $$ BEGIN
        CREATE EXTENSION IF NOT EXISTS pg_trgm;
        CREATE INDEX messages_text ON messages USING gin (content gin_trgm_ops);
      EXCEPTION WHEN OTHERS THEN NULL;
      END $$`
    ],
    (statement) => sql.unsafe(statement)
  )
