import { Reactivity } from "@effect/experimental"
import { SqlClient, SqlError, Statement } from "@effect/sql"
import { LibsqlClient } from "@effect/sql-libsql"
import { Effect, Layer } from "effect"
import type { SqlConnection } from "@effect/sql"
import { pathToFileURL } from "node:url"

/**
 * One connection to an SQLite file, created if it is not there.
 *
 * The driver's own transactions open another connection each, without these settings and never closed. So this
 * client begins and commits on the one connection itself, and a lock lets one statement or transaction use it at
 * a time: nothing slips into somebody else's transaction and is rolled back with it.
 */
const make = Effect.fnUntraced(function* (file: string) {
  const driver = yield* LibsqlClient.make({ url: pathToFileURL(file).href }).pipe(
    // The driver opens the file at once and throws if it can't.
    Effect.catchAllDefect((cause) => new SqlError.SqlError({ cause, message: "Cannot open the database" }))
  )
  const connection = rollingBack(yield* driver.reserve)
  for (const setting of settings) yield* connection.executeUnprepared(setting, [], undefined)

  const lock = yield* Effect.makeSemaphore(1)
  const acquirer = Effect.acquireRelease(lock.take(1), () => lock.release(1)).pipe(Effect.as(connection))
  return yield* SqlClient.make({
    acquirer,
    compiler: Statement.makeCompilerSqlite(),
    spanAttributes: [["db.system.name", "sqlite"]],
    // Takes the write lock at once: a transaction that reads first could otherwise be refused at its first write.
    beginTransaction: "BEGIN IMMEDIATE"
  })
})

const settings = [
  "PRAGMA busy_timeout = 2000",
  // Readers of other processes (a backup) don't hold up writers.
  "PRAGMA journal_mode = WAL",
  // Each commit is on the disk when it is reported, even if the power goes.
  "PRAGMA synchronous = FULL",
  "PRAGMA foreign_keys = ON"
]

/** A commit that failed (the disk is full) may leave its transaction open, and the connection useless: end it. */
const rollingBack = (connection: SqlConnection.Connection): SqlConnection.Connection => ({
  execute: connection.execute.bind(connection),
  executeRaw: connection.executeRaw.bind(connection),
  executeStream: connection.executeStream.bind(connection),
  executeValues: connection.executeValues.bind(connection),
  executeUnprepared: (statement, parameters, transform) => {
    const executed = connection.executeUnprepared(statement, parameters, transform)
    if (statement !== "COMMIT") return executed
    return Effect.tapError(executed, () =>
      Effect.ignore(connection.executeUnprepared("ROLLBACK", [], undefined))
    )
  }
})

/** An SQL client on `file` (a path), closed with the layer's scope. Fails if the file cannot be opened. */
export const layer = (file: string) =>
  Layer.scoped(SqlClient.SqlClient, make(file)).pipe(Layer.provide(Reactivity.layer))
