import { Reactivity } from "@effect/experimental"
import { SqlClient, Statement } from "@effect/sql"
import { Effect, Layer, Schedule } from "effect"
import type { SqlConnection, SqlError } from "@effect/sql"
import * as Again from "../supervision/Again.ts"
import * as Finalizer from "../supervision/Finalizer.ts"
import * as Mutex from "../supervision/Mutex.ts"
import * as Checkpoints from "./Checkpoints.ts"
import * as SqliteConnection from "./SqliteConnection.ts"

/**
 * One connection to an SQLite file, created if it is not there, and one that copies its log. A lock lets one statement or transaction use it at a time:
 * nothing slips into somebody else's transaction and is rolled back with it.
 */
const make = Effect.fnUntraced(function* (file: string, isForUse: boolean) {
  // Patience comes first: a commit that has been rolled back cannot be tried again.
  const connection = rollingBack(patient(yield* SqliteConnection.make(file)))
  for (const setting of isForUse ? forUse : forLook) yield* connection.execute(setting, [], undefined)

  const lock = Mutex.make()
  // Without it SQLite does the same, when others have to wait.
  const written = isForUse ? yield* Effect.catchAll(Checkpoints.keep(file), notCopied) : () => {}
  // Waiting for the lock can be interrupted: a client that leaves does not wait for everybody's transactions.
  const acquirer = Effect.uninterruptibleMask((restore) =>
    lock
      .take(restore)
      .pipe(
        Effect.zipRight(Finalizer.add(Effect.zipRight(lock.release, Effect.sync(written)))),
        Effect.as(connection)
      )
  )
  return yield* SqlClient.make({
    acquirer,
    compiler: Statement.makeCompilerSqlite(),
    spanAttributes: [["db.system.name", "sqlite"]],
    // Takes the write lock at once: a transaction that reads first could otherwise be refused at its first write.
    beginTransaction: "BEGIN IMMEDIATE"
  })
})

const notCopied = (error: unknown) =>
  Effect.as(Effect.logWarning("The database's log is copied while others wait", error), () => {})

const forUse = [
  // In ms. The driver is synchronous, so the event loop waits: no longer than a short transaction of another process takes.
  "PRAGMA busy_timeout = 100",
  // Readers of other processes (a backup) don't hold up writers.
  "PRAGMA journal_mode = WAL",
  // A commit that is reported survives the death of this process. If the power goes the last ones may be lost, but never
  // the database; waiting for the disk with every sentence would hold up all sessions.
  "PRAGMA synchronous = NORMAL",
  // In pages (4 kB). Long before, `Checkpoints` has copied nearly all of them.
  "PRAGMA wal_autocheckpoint = 4000",
  "PRAGMA foreign_keys = ON",
  // What is deleted is overwritten: nobody finds it in the file.
  "PRAGMA secure_delete = ON"
]

/** `journal_mode` would write the file's header. */
const forLook = ["PRAGMA busy_timeout = 0", "PRAGMA query_only = ON"]

/** Another process may hold the file for a moment (a backup, an import): tries again for 5 s, without blocking the event loop. */
const patient = (connection: SqlConnection.Connection): SqlConnection.Connection => {
  const retried = <A>(run: Effect.Effect<A, SqlError.SqlError>) =>
    Again.retry(run, {
      while: ({ cause }) => SqliteConnection.isBusy(cause),
      schedule: Schedule.spaced("25 millis").pipe(Schedule.upTo("5 seconds"))
    })
  return {
    ...connection,
    execute: (...query) => retried(connection.execute(...query)),
    executeRaw: (...query) => retried(connection.executeRaw(...query)),
    executeValues: (...query) => retried(connection.executeValues(...query)),
    executeUnprepared: (...query) => retried(connection.executeUnprepared(...query))
  }
}

/** A commit that failed (the disk is full) may leave its transaction open, and the connection useless: end it. */
const rollingBack = (connection: SqlConnection.Connection): SqlConnection.Connection => ({
  ...connection,
  executeUnprepared: (statement, parameters, transform) => {
    const executed = connection.executeUnprepared(statement, parameters, transform)
    if (statement !== "COMMIT") return executed
    return Effect.tapError(executed, () =>
      Effect.ignore(connection.executeUnprepared("ROLLBACK", [], undefined))
    )
  }
})

/** An SQL client on `file` (a path), closed with the layer's scope. Fails if the file cannot be opened. */
export const layer = (file: string) => connect(file, true)

/** The same for a look alone, at a file that is there: nothing can be written, and its settings stay as they are. */
export const layerForLook = (file: string) => connect(file, false)

const connect = (file: string, isForUse: boolean) =>
  Layer.scoped(SqlClient.SqlClient, make(file, isForUse)).pipe(Layer.provide(Reactivity.layer))
