import { Migrator, SqlClient, SqlError } from "@effect/sql"
import { Effect, Option, Schedule } from "effect"

/** Brings the database up to date; each step runs once, all in one transaction. On PostgreSQL see `alone`, too. */
export const run = Effect.suspend(() =>
  Migrator.make({})({
    table: "history_migrations",
    loader: Migrator.fromRecord({
      "0001_histories_and_messages": historiesAndMessages,
      "0002_facts": facts,
      "0003_conversations_by_character": conversationsByCharacter,
      "0004_titles_and_search": titlesAndSearch
    })
  })
).pipe(
  // A step that fails comes as a defect. It may be the database's, which people can do something about.
  Effect.catchSomeDefect((defect) =>
    defect instanceof Migrator.MigrationError || defect instanceof SqlError.SqlError
      ? Option.some(Effect.fail(defect))
      : Option.none()
  )
)

/** The lock's number: any that no other program takes in this database. */
const lock = 12_393

/**
 * Waits until no other program brings this PostgreSQL database up to date, and keeps others out until the scope closes. A
 * connection of its own holds the lock: a failing statement of the migration takes back its transaction.
 */
export const alone = Effect.gen(function* () {
  const connection = yield* (yield* SqlClient.SqlClient).reserve
  const say = (statement: string) => connection.execute(statement, [lock], undefined)
  const attempt = Effect.map(say("SELECT pg_try_advisory_lock($1) AS taken"), ([row]) => row?.taken === true)
  // It is nothing to give back a lock that one does not have.
  yield* Effect.addFinalizer(() => Effect.ignore(say("SELECT pg_advisory_unlock($1)")))
  if (yield* attempt) return
  yield* Effect.logInfo("Another server is bringing the database up to date. This one starts after it.")
  yield* Effect.repeat(attempt, { schedule: Schedule.spaced("250 millis"), until: (taken) => taken })
})

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

const titlesAndSearch = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ALTER TABLE histories ADD COLUMN title TEXT`
  // The latest message that a list shows: with it a list reads as many rows as it has. Triggers keep it, whoever writes.
  // Its time stands first in the order: conversations that have moved in are older than their ids.
  yield* sql`ALTER TABLE histories ADD COLUMN last_shown INTEGER`
  yield* sql`ALTER TABLE histories ADD COLUMN last_at TEXT`
  yield* sql.unsafe(`UPDATE histories SET ${latestOf("histories.id")}`)
  yield* sql`DROP INDEX histories_of_character`
  yield* sql`CREATE INDEX histories_of_character ON histories (conf_uid, last_at, last_shown)`
  yield* sql.onDialectOrElse({ pg: () => postgresTriggers(sql), orElse: () => sqliteTriggers(sql) })
})

/** @param history the id of a row of `histories`, in SQL */
const latestOf = (history: string) =>
  `(last_shown, last_at) = (SELECT id, timestamp FROM messages WHERE history_id = ${history} AND role <> 'system' ORDER BY id DESC LIMIT 1)`

const sqliteTriggers = (sql: SqlClient.SqlClient) =>
  Effect.forEach(
    [
      // Three characters at a time, so that languages without spaces are found. The text itself is read from `messages`.
      `CREATE VIRTUAL TABLE messages_text USING fts5 (content, content='messages', content_rowid='id', tokenize='trigram')`,
      // Its option secure-delete is left off: FTS5's own integrity check fails after it. What is deleted leaves when segments merge.
      `INSERT INTO messages_text (rowid, content) SELECT id, content FROM messages WHERE role <> 'system'`,
      `CREATE TRIGGER message_added AFTER INSERT ON messages WHEN new.role <> 'system' BEGIN
        INSERT INTO messages_text (rowid, content) VALUES (new.id, new.content);
        UPDATE histories SET last_shown = new.id, last_at = new.timestamp WHERE id = new.history_id;
      END`,
      `CREATE TRIGGER message_changed AFTER UPDATE OF content ON messages WHEN new.role <> 'system' BEGIN
        INSERT INTO messages_text (messages_text, rowid, content) VALUES ('delete', old.id, old.content);
        INSERT INTO messages_text (rowid, content) VALUES (new.id, new.content);
      END`,
      `CREATE TRIGGER message_removed AFTER DELETE ON messages WHEN old.role <> 'system' BEGIN
        INSERT INTO messages_text (messages_text, rowid, content) VALUES ('delete', old.id, old.content);
        UPDATE histories SET ${latestOf("old.history_id")} WHERE id = old.history_id AND last_shown = old.id;
      END`
    ],
    (statement) => sql.unsafe(statement)
  )

const postgresTriggers = (sql: SqlClient.SqlClient) =>
  Effect.forEach(
    [
      // Once a statement: each update of a row leaves an old one behind, and an import adds thousands of messages.
      `CREATE FUNCTION history_messages_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE histories SET last_shown = latest.id, last_at = latest.timestamp FROM (
          SELECT DISTINCT ON (history_id) history_id, id, timestamp FROM added WHERE role <> 'system'
          ORDER BY history_id, id DESC
        ) latest WHERE histories.id = latest.history_id;
        RETURN NULL;
      END $$`,
      `CREATE TRIGGER messages_added AFTER INSERT ON messages REFERENCING NEW TABLE AS added FOR EACH STATEMENT
        EXECUTE FUNCTION history_messages_added()`,
      `CREATE FUNCTION history_message_removed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE histories SET ${latestOf("old.history_id")} WHERE id = old.history_id AND last_shown = old.id;
        RETURN NULL;
      END $$`,
      `CREATE TRIGGER message_removed AFTER DELETE ON messages FOR EACH ROW WHEN (old.role <> 'system')
        EXECUTE FUNCTION history_message_removed()`,
      // The extension may not be installed, or not be ours to make. A search finds the same without it, by looking at
      // every message.
      `DO $$ BEGIN
        CREATE EXTENSION IF NOT EXISTS pg_trgm;
      EXCEPTION WHEN OTHERS THEN NULL;
      END $$`,
      // Somebody may have made it in a schema where it is not found by its name.
      `DO $$ BEGIN
        IF EXISTS (SELECT 1 FROM pg_opclass WHERE opcname = 'gin_trgm_ops' AND pg_opclass_is_visible(oid)) THEN
          CREATE INDEX messages_text ON messages USING gin (content gin_trgm_ops);
        END IF;
      END $$`
    ],
    (statement) => sql.unsafe(statement)
  )
