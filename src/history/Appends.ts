import { SqlClient } from "@effect/sql"
import type { SqlError, Statement } from "@effect/sql"
import { Effect, Exit } from "effect"
import type { Duration } from "effect"
import * as Batches from "../supervision/Batches.ts"
import * as WholeFiber from "../supervision/WholeFiber.ts"
import { HistoryNotFound } from "./History.ts"
import type { NewMessage } from "./History.ts"
import { localTime, plain } from "./HistoryRows.ts"

export interface Added {
  readonly confUid: string
  readonly uid: string
  readonly message: NewMessage
}

export interface Options {
  /** Least time between two transactions with messages that are stored at nearly the same time: of SQLite alone. Defaults to 30 ms. */
  readonly pause?: Duration.DurationInput
}

/** The driver is synchronous: messages that hold up everybody at once. */
const most = 20

interface Row {
  readonly id: number
}

const statementOf = (sql: SqlClient.SqlClient, { confUid, message, uid }: Added) =>
  Effect.map(
    localTime,
    (now) => sql<Row>`INSERT INTO messages (history_id, role, timestamp, content, name, avatar)
      SELECT id, ${message.role}, ${now}, ${plain(message.content)}, ${message.name ?? null}, ${message.avatar ?? null}
      FROM histories WHERE uid = ${plain(uid)} AND conf_uid = ${confUid} RETURNING id`
  )

const idIn =
  ({ uid }: Added) =>
  ([row]: ReadonlyArray<Row>): Effect.Effect<number, HistoryNotFound> =>
    row === undefined ? Effect.fail(new HistoryNotFound({ uid })) : Effect.succeed(row.id)

/** Adds a message in one statement, which finds the conversation by itself; answers its id. */
export const insert = (sql: SqlClient.SqlClient, added: Added) =>
  statementOf(sql, added).pipe(Effect.flatten, Effect.flatMap(idIn(added)))

/**
 * Adds single messages, outside any transaction of the caller's. SQLite commits those of several sessions together: most of what
 * a commit takes it takes once. When that fails each message is stored by itself, and fares as it does alone.
 */
export const make = Effect.fnUntraced(function* ({ pause = "30 millis" }: Options) {
  const sql = yield* SqlClient.SqlClient
  const together = Effect.map(
    Batches.make({
      pause,
      most,
      run: (batch: ReadonlyArray<Statement.Statement<Row>>) => storeAll(sql, batch)
    }),
    (store) => (added: Added) =>
      statementOf(sql, added).pipe(Effect.flatMap(store), Effect.flatMap(idIn(added)))
  )
  return yield* sql.onDialectOrElse({
    sqlite: () => together,
    orElse: () => Effect.succeed((added: Added) => insert(sql, added))
  })
})

type Rows = Effect.Effect<ReadonlyArray<Row>, SqlError.SqlError>

/** Without all that a statement or a transaction of `sql` comes with: every turn has two. */
const storeAll = (sql: SqlClient.SqlClient, batch: ReadonlyArray<Statement.Statement<Row>>) =>
  WholeFiber.scoped(
    Effect.flatMap(sql.reserve, (connection) => {
      const each = batch.map((statement) => {
        const [text, parameters] = statement.compile()
        return connection.execute(text, parameters, undefined) as Rows
      })
      const alone = Effect.forEach(each, Effect.exit)
      if (each.length === 1) return alone
      const say = (text: string) => connection.executeUnprepared(text, [], undefined)
      const all = Effect.zipLeft(
        Effect.forEach(each, (stored) => Effect.map(stored, Exit.succeed)),
        say("COMMIT")
      )
      const anew = Effect.zipRight(Effect.ignore(say("ROLLBACK")), alone)
      return Effect.zipRight(
        say("BEGIN IMMEDIATE"),
        Effect.catchAllCause(all, () => anew)
      )
    })
  ).pipe(Effect.catchAll((error) => Effect.succeed(batch.map(() => Exit.fail(error)))))
