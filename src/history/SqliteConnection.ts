import { SqlError } from "@effect/sql"
import type { SqlConnection } from "@effect/sql"
import { Effect, Stream } from "effect"
import Database from "libsql"
import { LRUCache } from "lru-cache"
import { resolve } from "node:path"

/**
 * Statements that stay prepared, some kB each: to prepare one takes as long as to run it, and longer where triggers belong
 * to it. Texts that vary with the number of their values push each other out.
 */
export const mostPrepared = 100

/**
 * A connection to an SQLite file (a path; created if it is not there), closed with the scope: the driver lets go of the file
 * when what was prepared is collected. Texts that recur are prepared once. Numbers and booleans are stored as numbers, dates
 * as ms; whole numbers are read as numbers, bytes as ArrayBuffer (by `executeValues` as Buffer). Fails with `SqlError`, whose
 * cause has SQLite's name of the failure as its `code`.
 */
export const make = Effect.fnUntraced(function* (file: string) {
  const prepared = new LRUCache<string, Database.Statement>({ max: mostPrepared })
  const database = yield* Effect.acquireRelease(
    Effect.try({ try: () => new Database(resolve(file)), catch: failure("Cannot open the database") }),
    (database) =>
      Effect.sync(() => {
        // They would go on working, and keep the file open.
        prepared.clear()
        database.close()
      })
  )

  const statementOf = (text: string) => {
    const known = prepared.get(text)
    if (known !== undefined) return known
    const statement = prepare(database, text)
    prepared.set(text, statement)
    return statement
  }

  const executed = <R extends Row>(statement: () => Database.Statement, parameters: ReadonlyArray<unknown>) =>
    attempt(() => rowsOf<R>(database, statement(), parameters.map(bound)))

  const execute: SqlConnection.Connection["execute"] = (text, parameters, transform) => {
    const rows = executed<Record<string, unknown>>(() => statementOf(text), parameters)
    return transform === undefined ? rows : Effect.map(rows, transform)
  }

  const connection: SqlConnection.Connection = {
    execute,
    executeRaw: (text, parameters) => execute(text, parameters, undefined),
    executeStream: () => Stream.dieMessage("An SQLite connection does not stream"),
    executeValues: (text, parameters) =>
      executed<Array<unknown>>(() => {
        // Not the one that stays prepared: it gives objects.
        const statement = prepare(database, text)
        return statement.reader ? statement.raw(true) : statement
      }, parameters),
    executeUnprepared: (text, parameters, transform) =>
      ofTransaction.test(text)
        ? Effect.as(
            attempt(() => database.exec(text)),
            []
          )
        : execute(text, parameters, transform)
  }
  return connection
})

/** Whether SQLite refused a statement because of another connection's lock. */
export const isBusy = (cause: unknown): boolean =>
  String((cause as { code?: unknown } | undefined)?.code).startsWith("SQLITE_BUSY")

/** They give no rows. `exec` keeps nothing of one that is refused, and a commit must not be ended as `end` does it. */
const ofTransaction = /^(?:BEGIN|COMMIT|ROLLBACK|SAVEPOINT)\b/u

const failure = (message: string) => (cause: unknown) => new SqlError.SqlError({ cause, message })

const attempt = <A>(run: () => A): Effect.Effect<A, SqlError.SqlError> =>
  Effect.try({ try: run, catch: failure("Failed to execute statement") })

/** The driver would round large numbers without a word. */
const prepare = (database: Database.Database, text: string): Database.Statement =>
  database.prepare(text).safeIntegers(true)

type Row = Record<string, unknown> | Array<unknown>

/** All rows, also of a statement that has none: one that is not read to its end would keep others from clearing the log. */
const rowsOf = <R extends Row>(
  database: Database.Database,
  statement: Database.Statement,
  values: Array<unknown>
) => {
  try {
    const rows = statement.all(values) as Array<R>
    rows.forEach(shorten)
    return rows
  } catch (cause) {
    if (isBusy(cause)) end(database, statement, values)
    throw cause
  }
}

const shorten = (row: Row) => {
  const cells = row as Record<string, unknown>
  for (const column in cells) {
    const value = cells[column]
    if (typeof value === "bigint") cells[column] = numberOf(value)
  }
}

/**
 * Ends a statement that was refused. For SQLite it has begun and waits to go on, and the driver cannot reset it: until then
 * nothing that others write is committed, and the connection may stay in the past. Where nothing may be written it fails
 * before it asks for a lock, and is over. (One that reads is run to its end, if it can be by now.)
 */
const end = (database: Database.Database, statement: Database.Statement, values: Array<unknown>) => {
  const [before] = database.prepare("PRAGMA query_only").all([]) as [{ readonly query_only: number }]
  database.exec("PRAGMA query_only = ON")
  try {
    statement.all(values)
  } catch {
    // That is what is wanted.
  } finally {
    database.exec(`PRAGMA query_only = ${before.query_only}`)
  }
}

const numberOf = (value: bigint): number => {
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  throw new RangeError("The database has a whole number that is too large for JavaScript")
}

/** As the driver takes it: it would end the process for a boolean, and store NULL for what is no number. */
const bound = (value: unknown): unknown => {
  if (typeof value === "boolean") return value ? 1 : 0
  if (value instanceof Date) return value.valueOf()
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  if (value === undefined) throw new TypeError("The database cannot store undefined")
  if (typeof value === "number" && !Number.isFinite(value))
    throw new RangeError(`The database cannot store ${value}`)
  return value
}
