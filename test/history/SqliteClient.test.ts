import { SqlClient } from "@effect/sql"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { join } from "node:path"
import * as SqliteClient from "../../src/history/SqliteClient.ts"
import { temporaryFolder } from "../support/HistoryDatabase.ts"

const inDatabase = <A, E>(use: (sql: SqlClient.SqlClient) => Effect.Effect<A, E>) =>
  Effect.flatMap(temporaryFolder, (folder) =>
    Effect.flatMap(SqlClient.SqlClient, use).pipe(Effect.provide(SqliteClient.layer(join(folder, "test.db"))))
  )

describe("SqliteClient", () => {
  it.scoped("writes through to the disk, beside readers, also after a transaction", () =>
    inDatabase(
      Effect.fnUntraced(function* (sql) {
        yield* sql.withTransaction(sql`CREATE TABLE notes (id INTEGER PRIMARY KEY)`)
        assert.deepStrictEqual((yield* sql`PRAGMA journal_mode`)[0], { journal_mode: "wal" })
        assert.deepStrictEqual((yield* sql`PRAGMA synchronous`)[0], { synchronous: 1 })
        assert.deepStrictEqual((yield* sql`PRAGMA foreign_keys`)[0], { foreign_keys: 1 })
        assert.deepStrictEqual((yield* sql`PRAGMA busy_timeout`)[0], { timeout: 100 })
      })
    )
  )

  it.scoped("is usable after a commit that the database refused", () =>
    inDatabase(
      Effect.fnUntraced(function* (sql) {
        yield* sql`CREATE TABLE notes (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES notes (id))`
        const exit = yield* sql`PRAGMA defer_foreign_keys = ON`.pipe(
          Effect.zipRight(sql`INSERT INTO notes (id, parent) VALUES (1, 99)`),
          sql.withTransaction,
          Effect.exit
        )
        assert.isTrue(Exit.isFailure(exit))
        yield* sql.withTransaction(sql`INSERT INTO notes (id) VALUES (2)`)
        const rows = yield* sql<{ id: number }>`SELECT id FROM notes`
        assert.deepStrictEqual(
          rows.map(({ id }) => id),
          [2]
        )
      })
    )
  )

  it.scoped("keeps other fibers out of a transaction that is rolled back", () =>
    inDatabase(
      Effect.fnUntraced(function* (sql) {
        yield* sql`CREATE TABLE notes (id INTEGER PRIMARY KEY)`
        const refused = sql`INSERT INTO notes (id) VALUES (1)`.pipe(
          Effect.zipRight(Effect.repeatN(Effect.yieldNow(), 50)),
          Effect.zipRight(Effect.fail("refused")),
          sql.withTransaction,
          Effect.ignore
        )
        const alone = Effect.zipRight(Effect.yieldNow(), sql`INSERT INTO notes (id) VALUES (2)`)
        yield* Effect.all([refused, alone], { concurrency: "unbounded" })
        const rows = yield* sql<{ id: number }>`SELECT id FROM notes`
        assert.deepStrictEqual(
          rows.map(({ id }) => id),
          [2]
        )
      })
    )
  )
})
