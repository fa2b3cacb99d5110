import { SqlClient, SqlError } from "@effect/sql"
import type { Statement } from "@effect/sql"
import { Effect, Option } from "effect"
import { randomUUID } from "node:crypto"
import * as Span from "../telemetry/Span.ts"
import { History, HistoryFailed, HistoryNotFound, interruptedMark } from "./History.ts"
import type { NewMessage } from "./History.ts"
import { localTime, messageOf, plain, summaryOf, summaryOfValues } from "./HistoryRows.ts"
import type { MessageRow, SummaryRow, SummaryValues } from "./HistoryRows.ts"
import { say } from "../language/Text.ts"
import type { Text } from "../language/Text.ts"
import * as Appends from "./Appends.ts"
import * as SecureDelete from "./SecureDelete.ts"
import * as SqlSearch from "./SqlSearch.ts"

/** Characters of a conversation's latest message that its list shows. */
const previewLength = 300

/** The conversations in any SQL database that `Migrations` has been run on. */
export const make = Effect.fnUntraced(function* (options: Appends.Options = {}) {
  const sql = yield* SqlClient.SqlClient
  const appendOne = yield* Appends.make(options)
  const clearLog = yield* SecureDelete.clearLog
  const clearIndex = yield* SecureDelete.clearIndex

  const insert = (historyId: number, message: NewMessage, timestamp: string) =>
    sql<{ id: number }>`INSERT INTO messages ${sql.insert({
      history_id: historyId,
      role: message.role,
      timestamp,
      content: plain(message.content),
      name: message.name ?? null,
      avatar: message.avatar ?? null
    })} RETURNING id`.pipe(Effect.map((rows) => rows[0]!.id))

  const idOf = Effect.fnUntraced(function* (confUid: string, uid: string) {
    const rows = yield* sql<{
      id: number
    }>`SELECT id FROM histories WHERE uid = ${plain(uid)} AND conf_uid = ${confUid}`
    return rows[0]?.id ?? (yield* new HistoryNotFound({ uid }))
  })

  // Conversations that have moved in are older than their ids.
  const latestFirst = sql`ORDER BY h.last_at DESC, h.last_shown DESC`

  const columns = sql`h.uid, h.title, m.role, m.timestamp, SUBSTR(m.content, 1, ${previewLength}) AS content, m.name, m.avatar`

  /** What `rest` says after the condition that it is one of this character. */
  const ofCharacter = (confUid: string, rest: Statement.Fragment) =>
    sql`FROM histories h JOIN messages m ON m.id = h.last_shown WHERE h.conf_uid = ${confUid} ${rest}`

  const summaries = (confUid: string, rest: Statement.Fragment) =>
    Effect.map(sql<SummaryRow>`SELECT ${columns} ${ofCharacter(confUid, rest)}`, (rows) =>
      rows.map(summaryOf)
    )

  /** SQLite's driver makes an object of each row while everybody waits: one row of JSON takes a fifth of the time. */
  const all = (confUid: string) =>
    sql.onDialectOrElse({
      sqlite: () =>
        Effect.map(
          sql<{ all: string }>`
            SELECT json_group_array(json_array(uid, title, role, timestamp, content, name, avatar)) AS "all"
            FROM (SELECT ${columns} ${ofCharacter(confUid, latestFirst)})`,
          ([row]) => (JSON.parse(row!.all) as ReadonlyArray<SummaryValues>).map(summaryOfValues)
        ),
      orElse: () => summaries(confUid, latestFirst)
    })

  const list = Effect.fn("History.list")(all, failed(say("history.listConversations")))

  const page = Effect.fn("History.page")(
    function* (
      confUid: string,
      { before, limit }: { readonly limit: number; readonly before: string | undefined }
    ) {
      const after =
        before === undefined
          ? sql``
          : sql`AND (h.last_at, h.last_shown) < (SELECT last_at, last_shown FROM histories WHERE id = ${yield* idOf(confUid, before)})`
      const found = yield* summaries(confUid, sql`${after} ${latestFirst} LIMIT ${limit + 1}`)
      return { items: found.slice(0, limit), more: found.length > limit }
    },
    failed(say("history.listConversations"))
  )

  const rename = Effect.fn("History.rename")(
    function* (confUid: string, uid: string, title: string) {
      const rows = yield* sql`UPDATE histories SET title = ${title === "" ? null : title}
      WHERE uid = ${plain(uid)} AND conf_uid = ${confUid} RETURNING id`
      return rows.length > 0
    },
    failed(say("history.renameConversation"))
  )

  const create = Effect.fn("History.create")(
    function* (confUid: string) {
      const now = yield* localTime
      const uid = `${now.replace("T", "_").replaceAll(":", "-")}_${randomUUID().replaceAll("-", "")}`
      yield* sql`INSERT INTO histories ${sql.insert({ uid, conf_uid: confUid })}`
      return uid
    },
    failed(say("history.createConversation"))
  )

  const messages = Effect.fn("History.messages")(
    function* (confUid: string, uid: string) {
      const id = yield* idOf(confUid, uid)
      const rows = yield* sql<MessageRow>`
      SELECT role, timestamp, content, name, avatar FROM messages WHERE history_id = ${id} ORDER BY id`
      return rows.map(messageOf)
    },
    failed(say("history.readConversation"))
  )

  const shown = Effect.fn("History.shown")(
    function* (
      confUid: string,
      uid: string,
      { before, limit }: { readonly before: number; readonly limit: number }
    ) {
      const id = yield* idOf(confUid, uid)
      const ofHistory = sql`history_id = ${id} AND role <> 'system'`
      const [row] = yield* sql<{ count: number }>`
      SELECT CAST(COUNT(*) AS INTEGER) AS count FROM messages WHERE ${ofHistory}`
      const end = Math.min(before, row!.count)
      const first = Math.max(0, end - limit)
      // What is passed over is counted in the index alone.
      const rows = yield* sql<MessageRow>`
      SELECT role, timestamp, content, name, avatar FROM messages
      WHERE id IN (SELECT id FROM messages WHERE ${ofHistory} ORDER BY id LIMIT ${end - first} OFFSET ${first})
      ORDER BY id`
      return { messages: rows.map(messageOf), first }
    },
    failed(say("history.readConversation"))
  )

  const check = Effect.fn("History.check")(
    (confUid: string, uid: string) => Effect.asVoid(idOf(confUid, uid)),
    failed(say("history.findConversation"))
  )

  const remove = Effect.fn("History.remove")(
    function* (confUid: string, uid: string) {
      const rows =
        yield* sql`DELETE FROM histories WHERE uid = ${plain(uid)} AND conf_uid = ${confUid} RETURNING id`
      if (rows.length > 0) yield* Effect.zipRight(clearLog, clearIndex)
      return rows.length > 0
    },
    failed(say("history.deleteConversation"))
  )

  const append = (confUid: string, uid: string, added: ReadonlyArray<NewMessage>) => {
    const [only, ...others] = added
    const done =
      only !== undefined && others.length === 0
        ? Effect.map(appendOne({ confUid, uid, message: only }), (id) => [id])
        : sql.withTransaction(
            Effect.zipRight(
              idOf(confUid, uid),
              Effect.forEach(added, (message) => Appends.insert(sql, { confUid, uid, message }))
            )
          )
    return done.pipe(failed(say("history.addMessages")), Span.named("History.append"))
  }

  const interrupt = Effect.fn("History.interrupt")(
    function* (confUid: string, uid: string, options: Interruption) {
      const historyId = yield* idOf(confUid, uid)
      const now = yield* localTime
      const heard = options.heard?.content ? options.heard : undefined
      const stored = options.id ?? -1
      if (heard === undefined) {
        yield* sql`DELETE FROM messages WHERE id = ${stored} AND history_id = ${historyId}`
      } else {
        const replaced = yield* sql`UPDATE messages SET content = ${plain(heard.content)}
          WHERE id = ${stored} AND history_id = ${historyId} RETURNING id`
        if (replaced.length === 0) yield* insert(historyId, heard, now)
      }
      yield* insert(historyId, { role: "system", content: interruptedMark }, now)
    },
    sql.withTransaction,
    failed(say("history.recordInterruption"))
  )

  const discardIfEmpty = Effect.fn("History.discardIfEmpty")(
    function* (confUid: string, uid: string) {
      yield* sql`DELETE FROM histories WHERE uid = ${plain(uid)} AND conf_uid = ${confUid} AND ${sql.literal(empty)}`
    },
    failed(say("history.discardEmpty"))
  )

  const search = yield* Effect.map(SqlSearch.make, (find) =>
    Effect.fn("History.search")(find, failed(say("history.searchConversations")))
  )

  return History.of({
    list,
    page,
    search,
    rename,
    create,
    messages,
    shown,
    check,
    remove,
    append,
    interrupt,
    discardIfEmpty
  })
})

/**
 * Forgets every history without a message: only for a start, when no session holds a fresh one. Other servers may use the
 * same PostgreSQL, so there it forgets only those of yesterday and before.
 */
export const discardAllEmpty = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const today = (yield* localTime).slice(0, 10)
  const old = sql.onDialectOrElse({ pg: () => sql`AND uid < ${today}`, orElse: () => sql`` })
  yield* sql`DELETE FROM histories WHERE ${sql.literal(empty)} ${old}`
})

interface Interruption {
  readonly id: number | undefined
  readonly heard: NewMessage | undefined
}

const empty = "NOT EXISTS (SELECT 1 FROM messages WHERE messages.history_id = histories.id)"

/** Failures of the database become `HistoryFailed`; a failed begin or commit comes as a defect. */
export const failed =
  (action: Text) =>
  <A, E, R>(
    effect: Effect.Effect<A, E, R>
  ): Effect.Effect<A, Exclude<E, SqlError.SqlError> | HistoryFailed, R> =>
    effect.pipe(
      Effect.catchSomeDefect((defect) =>
        defect instanceof SqlError.SqlError ? Option.some(Effect.fail(defect)) : Option.none()
      ),
      Effect.mapError((error) =>
        error instanceof SqlError.SqlError
          ? new HistoryFailed({ action, cause: error })
          : (error as Exclude<E, SqlError.SqlError>)
      )
    )
