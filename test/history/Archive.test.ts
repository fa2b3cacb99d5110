import { assert, describe, it, layer } from "@effect/vitest"
import { SqlClient } from "@effect/sql"
import { NodeFileSystem } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { join } from "node:path"
import type { Conversation } from "../../src/history/Archive.ts"
import { History } from "../../src/history/History.ts"
import * as SqliteClient from "../../src/history/SqliteClient.ts"
import * as SqliteHistory from "../../src/history/SqliteHistory.ts"
import { open, temporaryFolder } from "../support/HistoryDatabase.ts"
import { all, describeArchive } from "./describeArchive.ts"

const archiveOf = (file: string) =>
  SqliteHistory.layerArchive({ file }).pipe(Layer.provide(NodeFileSystem.layer))

const fresh = Layer.unwrapScoped(
  Effect.map(temporaryFolder, (folder) => {
    const file = join(folder, "history.db")
    return Layer.merge(archiveOf(file), open(file))
  })
)

layer(Layer.empty)("Archive", (it) => describeArchive(it, fresh))

describe("Archive's file", () => {
  it.scoped("takes over the conversations of a database that knew uids alone", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "history.db")
      // As the first version left it.
      yield* Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const statements = [
          `CREATE TABLE histories (id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT NOT NULL UNIQUE, conf_uid TEXT NOT NULL)`,
          `CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT,
            history_id INTEGER NOT NULL REFERENCES histories (id) ON DELETE CASCADE,
            role TEXT NOT NULL, timestamp TEXT NOT NULL, content TEXT NOT NULL, name TEXT, avatar TEXT)`,
          `CREATE INDEX histories_of_character ON histories (conf_uid)`,
          `CREATE INDEX messages_of_history ON messages (history_id, id)`,
          `CREATE INDEX shown_messages_of_history ON messages (history_id, id) WHERE role <> 'system'`,
          `CREATE TABLE history_migrations (migration_id INTEGER PRIMARY KEY NOT NULL,
            created_at DATETIME NOT NULL DEFAULT current_timestamp, name VARCHAR(255) NOT NULL)`,
          `INSERT INTO history_migrations (migration_id, name) VALUES (1, 'histories_and_messages')`,
          `INSERT INTO histories VALUES (7, 'one', 'mao')`,
          `INSERT INTO messages VALUES (3, 7, 'human', '2026-01-01T00:00:00', 'Hi', NULL, NULL)`,
          `INSERT INTO messages VALUES (9, 7, 'ai', '2026-01-01T00:00:01', 'Hello', 'Mao', 'mao.png')`
        ]
        for (const statement of statements) yield* sql.unsafe(statement)
      }).pipe(Effect.provide(SqliteClient.layer(file)))

      const kept: Conversation = {
        confUid: "mao",
        uid: "one",
        metadata: undefined,
        messages: [
          { role: "human", timestamp: "2026-01-01T00:00:00", content: "Hi" },
          { role: "ai", timestamp: "2026-01-01T00:00:01", content: "Hello", name: "Mao", avatar: "mao.png" }
        ]
      }
      yield* Effect.gen(function* () {
        assert.deepStrictEqual(yield* all(), [kept])
        const history = yield* History
        const [id] = yield* history.append("mao", "one", [{ role: "human", content: "Bye" }])
        assert.isAbove(id!, 9)
        // Messages still belong to their conversation.
        assert.isTrue(yield* history.remove("mao", "one"))
        assert.deepStrictEqual(yield* all(), [])
      }).pipe(Effect.provide(Layer.merge(archiveOf(file), open(file))))
    })
  )
})
