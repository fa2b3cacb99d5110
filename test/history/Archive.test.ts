import { assert, describe, it } from "@effect/vitest"
import { SqlClient } from "@effect/sql"
import { NodeFileSystem } from "@effect/platform-node"
import { Chunk, Effect, Layer, Stream } from "effect"
import { join } from "node:path"
import { Archive } from "../../src/history/Archive.ts"
import type { Conversation } from "../../src/history/Archive.ts"
import { History } from "../../src/history/History.ts"
import * as SqliteClient from "../../src/history/SqliteClient.ts"
import * as SqliteHistory from "../../src/history/SqliteHistory.ts"
import { open, temporaryFolder } from "../support/HistoryDatabase.ts"

const archiveOf = (file: string) =>
  SqliteHistory.layerArchive({ file }).pipe(Layer.provide(NodeFileSystem.layer))

const fresh = Layer.unwrapScoped(
  Effect.map(temporaryFolder, (folder) => {
    const file = join(folder, "history.db")
    return Layer.merge(archiveOf(file), open(file))
  })
)

const conversation = (confUid: string, uid: string, ...contents: ReadonlyArray<string>): Conversation => ({
  confUid,
  uid,
  metadata: { role: "metadata", timestamp: "2025-03-04T05:06:06", resume_id: "x" },
  messages: contents.map((content, index) =>
    index % 2 === 0
      ? { role: "human", timestamp: `2025-03-04T05:06:0${index}`, content }
      : { role: "ai", timestamp: `2025-03-04T05:06:0${index}`, content, name: "雫", avatar: "雫.png" }
  )
})

const all = (confUid?: string) =>
  Effect.flatMap(Archive, (archive) =>
    Effect.map(Stream.runCollect(archive.conversations(confUid)), Chunk.toReadonlyArray)
  )

describe("Archive", () => {
  it.effect("adds conversations exactly as they are, and each of them once", () =>
    Effect.gen(function* () {
      const archive = yield* Archive
      // The same uid with two characters, as a copied folder has it.
      const moving = [
        conversation("雫", "one", "Hello", "こんにちは 🌸"),
        conversation("mao", "one", "Hi"),
        conversation("mao", "two", ...Array.from({ length: 250 }, (_, index) => `line ${index}`))
      ]
      assert.deepStrictEqual(yield* archive.compare(moving), ["missing", "missing", "missing"])
      assert.deepStrictEqual(yield* all(), [])
      assert.deepStrictEqual(yield* archive.restore(moving), ["missing", "missing", "missing"])
      assert.deepStrictEqual(yield* archive.restore(moving), ["same", "same", "same"])
      assert.deepStrictEqual(yield* all(), moving)
      assert.deepStrictEqual(yield* all("雫"), moving.slice(0, 1))
      assert.deepStrictEqual(yield* archive.characters, [
        { confUid: "mao", conversations: 2 },
        { confUid: "雫", conversations: 1 }
      ])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("keeps what has gone on here, and what is another conversation of the same uid", () =>
    Effect.gen(function* () {
      const archive = yield* Archive
      const history = yield* History
      yield* archive.restore([conversation("mao", "one", "Hi"), conversation("mao", "two", "Hi")])
      yield* history.append("mao", "one", [{ role: "ai", content: "Still there?" }])
      const before = yield* all()
      const moving = [conversation("mao", "one", "Hi"), conversation("mao", "two", "Ho")]
      assert.deepStrictEqual(yield* archive.restore(moving), ["continued", "different"])
      assert.deepStrictEqual(yield* all(), before)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("lists conversations that moved in by their times, below those of today", () =>
    Effect.gen(function* () {
      const archive = yield* Archive
      const history = yield* History
      const today = yield* history.create("mao")
      yield* history.append("mao", today, [{ role: "human", content: "Hello" }])
      // TestClock stands at the beginning of 1970.
      const earlier = conversation("mao", "old", "Hi")
      const messages = earlier.messages.map((message) => ({ ...message, timestamp: "1960-01-01T00:00:00" }))
      yield* archive.restore([{ ...earlier, messages }])
      assert.deepStrictEqual(
        (yield* history.list("mao")).map(({ uid }) => uid),
        [today, "old"]
      )
    }).pipe(Effect.provide(fresh))
  )

  it.effect("leaves out conversations without a message, and pages through many", () =>
    Effect.gen(function* () {
      const history = yield* History
      yield* history.create("mao")
      const many = Array.from({ length: 450 }, (_, index) => conversation("mao", `uid-${index}`, "Hi"))
      yield* (yield* Archive).restore(many)
      assert.deepStrictEqual(
        (yield* all("mao")).map(({ uid }) => uid),
        many.map(({ uid }) => uid)
      )
    }).pipe(Effect.provide(fresh))
  )

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
