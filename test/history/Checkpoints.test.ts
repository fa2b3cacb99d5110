import { SqlClient } from "@effect/sql"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import Database from "libsql"
import { copyFileSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as SqliteClient from "../../src/history/SqliteClient.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "seiyuu-test-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

/** What is in the file itself, without its log. */
const stored = (file: string) =>
  Effect.sync(() => {
    const copy = `${file}.copy`
    copyFileSync(file, copy)
    const database = new Database(copy)
    try {
      return (database.prepare("SELECT text FROM notes ORDER BY rowid").all() as Array<{ text: string }>).map(
        ({ text }) => text
      )
    } finally {
      database.close()
    }
  }).pipe(Effect.catchAllDefect(() => Effect.succeed([])))

describe("Checkpoints", () => {
  it.scopedLive("brings what was written from the log into the file, and again what is written later", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "test.db")
      yield* Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        yield* sql`CREATE TABLE notes (text TEXT NOT NULL)`
        const expected: Array<string> = []
        for (const text of ["one", "two"]) {
          yield* sql`INSERT INTO notes (text) VALUES (${text})`
          assert.notInclude(yield* stored(file), text)
          expected.push(text)
          yield* Effect.repeat(Effect.delay(stored(file), "100 millis"), {
            until: (found) => found.length === expected.length
          }).pipe(Effect.timeout("20 seconds"))
          assert.deepStrictEqual(yield* stored(file), expected)
        }
      }).pipe(Effect.provide(SqliteClient.layer(file)))
    })
  )
})
