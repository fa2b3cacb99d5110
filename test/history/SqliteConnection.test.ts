import { SqlClient } from "@effect/sql"
import { assert, describe, expect, it, vi } from "@effect/vitest"
import { Effect, Exit, Layer, Scope } from "effect"
import Database from "libsql"
import { existsSync, readdirSync, readlinkSync, statSync } from "node:fs"
import { join } from "node:path"
import * as SqliteClient from "../../src/history/SqliteClient.ts"
import { mostPrepared } from "../../src/history/SqliteConnection.ts"
import * as Garbage from "../support/Garbage.ts"
import { temporaryFolder } from "../support/HistoryDatabase.ts"

const inDatabase = <A, E, R>(use: (sql: SqlClient.SqlClient, file: string) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(temporaryFolder, (folder) => {
    const file = join(folder, "test.db")
    return Effect.flatMap(SqlClient.SqlClient, (sql) => use(sql, file)).pipe(
      Effect.provide(SqliteClient.layer(file))
    )
  })

/** How often a statement's text is prepared from now on. */
const preparations = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => vi.spyOn(Database.prototype, "prepare")),
    (spy) => Effect.sync(() => spy.mockRestore())
  ),
  (spy) => (text: string) => spy.mock.calls.filter(([prepared]) => prepared === text).length
)

/** Another program's connection to the file. */
const otherProgram = (file: string) =>
  Effect.acquireRelease(
    Effect.sync(() => new Database(file)),
    (other) => Effect.sync(() => other.close())
  )

/** As another program sees them. */
const numbersIn = (other: Database.Database) =>
  other
    .prepare("SELECT number FROM notes ORDER BY number")
    .raw(true)
    .all([])
    .map((row) => (row as ReadonlyArray<number>)[0])

const numbersOf = (sql: SqlClient.SqlClient) =>
  Effect.map(sql<{ number: number }>`SELECT number FROM notes ORDER BY number`, (rows) =>
    rows.map(({ number }) => number)
  )

const add = (sql: SqlClient.SqlClient, number: number) =>
  sql<{ number: number }>`INSERT INTO notes VALUES (${number}) RETURNING number`

describe("SqliteConnection", () => {
  it.scoped("prepares a statement that recurs once, and gives each its own values", () =>
    inDatabase(
      Effect.fnUntraced(function* (sql) {
        yield* sql`CREATE TABLE notes (number INTEGER UNIQUE)`
        const prepared = yield* preparations
        for (let number = 0; number < 100; number++)
          assert.deepStrictEqual(yield* add(sql, number), [{ number }])
        assert.strictEqual(prepared("INSERT INTO notes VALUES (?) RETURNING number"), 1)
        assert.deepStrictEqual(
          yield* numbersOf(sql),
          Array.from({ length: 100 }, (_, number) => number)
        )
      })
    )
  )

  it.scoped("keeps no more statements prepared than it says", () =>
    inDatabase(
      Effect.fnUntraced(function* (sql) {
        const prepared = yield* preparations
        const texts = Array.from({ length: mostPrepared + 1 }, (_, number) => `SELECT ${number} AS number`)
        for (const text of texts) yield* sql.unsafe(text)
        yield* sql.unsafe(texts.at(-1)!)
        yield* sql.unsafe(texts[1]!)
        assert.deepStrictEqual([prepared(texts.at(-1)!), prepared(texts[1]!)], [1, 1])
        assert.deepStrictEqual(yield* sql.unsafe(texts[0]!), [{ number: 0 }])
        assert.strictEqual(prepared(texts[0]!), 2)
      })
    )
  )

  it.scoped("goes on with a statement that failed", () =>
    inDatabase(
      Effect.fnUntraced(function* (sql, file) {
        yield* sql`CREATE TABLE notes (number INTEGER UNIQUE)`
        yield* add(sql, 1)
        const { cause } = yield* Effect.flip(add(sql, 1))
        assert.strictEqual((cause as { code?: unknown }).code, "SQLITE_CONSTRAINT_UNIQUE")
        yield* add(sql, 2)
        assert.deepStrictEqual(numbersIn(yield* otherProgram(file)), [1, 2])
      })
    )
  )

  it.scopedLive("is done with a statement that another program's transaction refused", () =>
    inDatabase(
      Effect.fnUntraced(function* (sql, file) {
        yield* sql`CREATE TABLE notes (number INTEGER UNIQUE)`
        const other = yield* otherProgram(file)
        other.exec("BEGIN IMMEDIATE")
        // Who asked for it leaves while it waits for the next attempt.
        yield* Effect.timeoutOption(add(sql, 1), "110 millis")
        other.exec("INSERT INTO notes VALUES (2); COMMIT")
        yield* sql`UPDATE notes SET number = 3 WHERE number = 2`
        // What is written is committed, what others write is seen, and nobody is held up.
        assert.deepStrictEqual(numbersIn(other), [3])
        other.exec("INSERT INTO notes VALUES (4)")
        assert.deepStrictEqual(yield* numbersOf(sql), [3, 4])
        assert.deepStrictEqual((yield* sql`PRAGMA query_only`)[0], { query_only: 0 })
        yield* add(sql, 1)
        assert.deepStrictEqual(numbersIn(other), [1, 3, 4])
      })
    )
  )

  it.scopedLive("tries a statement that was refused again", () =>
    inDatabase(
      Effect.fnUntraced(function* (sql, file) {
        yield* sql`CREATE TABLE notes (number INTEGER UNIQUE)`
        const other = yield* otherProgram(file)
        other.exec("BEGIN IMMEDIATE")
        const commit = Effect.delay(
          Effect.sync(() => other.exec("COMMIT")),
          "200 millis"
        )
        yield* Effect.all([add(sql, 1), commit], { concurrency: "unbounded" })
        assert.deepStrictEqual(numbersIn(other), [1])
      })
    )
  )

  it.scoped("follows a change of the tables between two uses", () =>
    inDatabase(
      Effect.fnUntraced(function* (sql, file) {
        yield* sql`CREATE TABLE notes (number INTEGER)`
        yield* sql`INSERT INTO notes VALUES (${1})`
        const all = sql`SELECT * FROM notes`
        assert.deepStrictEqual(yield* all, [{ number: 1 }])
        yield* sql`ALTER TABLE notes ADD COLUMN word TEXT DEFAULT 'a'`
        assert.deepStrictEqual(yield* all, [{ number: 1, word: "a" }])
        const other = yield* otherProgram(file)
        other.exec("ALTER TABLE notes DROP COLUMN number")
        assert.deepStrictEqual(yield* all, [{ word: "a" }])
      })
    )
  )

  for (const count of [0, 1, 100, 101])
    it.scoped(`leaves the log to be cleared after ${count} rows have been read`, () =>
      inDatabase(
        Effect.fnUntraced(function* (sql, file) {
          yield* sql`CREATE TABLE notes (number INTEGER)`
          yield* Effect.forEach(Array.from({ length: count }), (_, number) => add(sql, number))
          assert.strictEqual((yield* numbersOf(sql)).length, count)
          const other = yield* otherProgram(file)
          other.exec("INSERT INTO notes VALUES (-1)")
          const [answer] = other.prepare("PRAGMA wal_checkpoint(TRUNCATE)").all([])
          assert.strictEqual((answer as { busy: number }).busy, 0)
          assert.strictEqual(statSync(`${file}-wal`).size, 0)
        })
      )
    )

  it.scoped("gives back what was stored, or says that it cannot", () =>
    inDatabase(
      Effect.fnUntraced(function* (sql) {
        const connection = yield* sql.reserve
        const values = [1, 1.5, 2 ** 52, -7n, true, false, null, "é", new Date(5), Uint8Array.of(1, 2)]
        const stored = [1, 1.5, 2 ** 52, -7, 1, 0, null, "é", 5]
        yield* connection.execute(`CREATE TABLE "all" (${values.map((_, at) => `"${at}"`)})`, [], undefined)
        const insert = `INSERT INTO "all" VALUES (${values.map(() => "?")})`
        yield* connection.execute(insert, values, undefined)
        const [row] = yield* connection.execute(`SELECT * FROM "all"`, [], undefined)
        assert.deepStrictEqual(Object.values(row).slice(0, -1), stored)
        assert.deepStrictEqual(new Uint8Array(row[9]), Uint8Array.of(1, 2))
        // In the order of the columns, whatever their names.
        const backwards = yield* connection.executeValues(`SELECT "1", "0" FROM "all"`, [])
        assert.deepStrictEqual(backwards, [[1.5, 1]])
        assert.deepStrictEqual(yield* connection.executeValues(`DELETE FROM "all"`, []), [])
        for (const value of [undefined, Number.NaN, 2n ** 63n, {}])
          assert.isTrue(
            Exit.isFailure(yield* Effect.exit(connection.execute("SELECT ?", [value], undefined)))
          )
        assert.match(
          String((yield* Effect.flip(connection.execute("SELECT 9007199254740993", [], undefined))).cause),
          /too large/u
        )
      }, Effect.scoped)
    )
  )

  it.scoped("answers nobody after it is closed, and lets go of the file", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "test.db")
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(SqliteClient.layer(file), scope)
      const one = Effect.flatMap(SqlClient.SqlClient, (sql) => sql`SELECT 1 AS one`).pipe(
        Effect.provide(context)
      )
      assert.deepStrictEqual(yield* one, [{ one: 1 }])
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(Exit.isFailure(yield* Effect.exit(one)))
      yield* collected
      if (existsSync("/proc/self/fd")) expect(handlesOf(file)).toBe(0)
      expect(existsSync(`${file}-wal`)).toBe(false)
      // The client is still there.
      assert.isTrue(Exit.isFailure(yield* Effect.exit(one)))
    })
  )
})

/** What nobody holds any more is finalized a round of the event loop after the collection. */
const collected = Effect.async<void>((resume) => {
  Garbage.collect()
  setImmediate(() => setImmediate(() => resume(Effect.void)))
})

const handlesOf = (file: string) =>
  readdirSync("/proc/self/fd").filter((handle) => {
    try {
      return readlinkSync(`/proc/self/fd/${handle}`).startsWith(file)
    } catch {
      return false
    }
  }).length
