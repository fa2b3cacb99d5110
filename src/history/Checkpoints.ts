import { Effect } from "effect"
import Database from "libsql/promise"
import { resolve } from "node:path"
import * as Bell from "../supervision/Bell.ts"

/** Between what is written first and the copy: what is written meanwhile goes with it. */
const pause = "1 second"

/**
 * Copies what SQLite's log (`-wal`) has of a file (a path) into the file, in the background, until the scope closes: a thread of
 * the driver's waits for the disk. SQLite does it by itself with a commit when the log has grown long, while everybody waits for
 * that commit. Answers what is to be called when something may have been written.
 */
export const keep = Effect.fnUntraced(function* (file: string) {
  const database = yield* Effect.acquireRelease(
    Effect.try(() => new Database(resolve(file), {})),
    (database) => Effect.sync(() => database.close())
  )
  const bell = Bell.make()
  let isWritten = false
  const copy = Effect.suspend(() => {
    isWritten = false
    return Effect.tryPromise(() => database.exec("PRAGMA wal_checkpoint(PASSIVE)"))
  }).pipe(
    // It cannot be stopped, and the connection has to stay for so long.
    Effect.uninterruptible,
    // Another program copies, or the disk is full: whoever writes the next commit gets to know that.
    Effect.catchAll((error) => Effect.logDebug("copying the database's log failed", error))
  )
  yield* bell
    .until(() => isWritten)
    .pipe(Effect.zipRight(Effect.sleep(pause)), Effect.zipRight(copy), Effect.forever, Effect.forkScoped)
  return () => {
    isWritten = true
    bell.ring()
  }
})
