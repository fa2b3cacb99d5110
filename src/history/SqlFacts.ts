import { SqlClient } from "@effect/sql"
import { Clock, Effect } from "effect"
import { Facts } from "./Facts.ts"
import type { Change, Fact, NewFact, Owner, Trace, Whose } from "./Facts.ts"
import * as Generations from "./Generations.ts"
import * as SecureDelete from "./SecureDelete.ts"
import { failed } from "./SqlHistory.ts"
import { say } from "../language/Text.ts"

interface TraceRow {
  readonly id: number
  readonly importance: number
  readonly used: number
  readonly embedding: ArrayBuffer | Uint8Array | null
}

/** The facts in any SQL database that `Migrations` has been run on. */
export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const of = ({ confUid, person }: Whose) =>
    person === undefined ? sql`conf_uid = ${confUid}` : sql`conf_uid = ${confUid} AND person = ${person}`

  const list = Effect.fn("Facts.list")(
    (whose: Whose) =>
      Effect.map(sql<Fact>`SELECT ${columns(sql)} FROM facts WHERE ${of(whose)} ORDER BY id`, factsOf),
    failed(say("history.listMemories"))
  )

  const get = Effect.fn("Facts.get")(
    (whose: Whose, ids: ReadonlyArray<number>) =>
      ids.length === 0
        ? Effect.succeed([])
        : Effect.map(
            sql<Fact>`SELECT ${columns(sql)} FROM facts WHERE ${of(whose)} AND ${sql.in("id", ids)}`,
            factsOf
          ),
    failed(say("history.readMemories"))
  )

  const traces = Effect.fn("Facts.traces")(
    function* (owner: Owner) {
      const rows = yield* sql<TraceRow>`SELECT id, importance, used, embedding FROM facts WHERE ${of(owner)}`
      return rows.map(({ embedding, id, importance, used }): Trace => ({
        id,
        importance,
        used: Number(used),
        embedding: embedding === null ? undefined : numbersOf(embedding)
      }))
    },
    failed(say("history.searchMemories"))
  )

  const add = Effect.fn("Facts.add")(
    function* (owner: Owner, fact: NewFact) {
      const now = yield* Clock.currentTimeMillis
      const rows = yield* sql<{ id: number }>`INSERT INTO facts ${sql.insert({
        conf_uid: owner.confUid,
        person: owner.person,
        text: fact.text,
        importance: fact.importance,
        embedding: bytesOf(fact.embedding),
        created: now,
        updated: now,
        used: now
      })} RETURNING id`
      return rows[0]!.id
    },
    failed(say("history.keepMemory"))
  )

  const edit = Effect.fn("Facts.edit")(
    function* (whose: Whose, id: number, change: Change) {
      const now = yield* Clock.currentTimeMillis
      const { embedding, importance, text } = change
      const rows = yield* sql`UPDATE facts SET ${sql.update({
        updated: now,
        used: now,
        ...(importance === undefined ? {} : { importance }),
        ...(text === undefined
          ? {}
          : { text, embedding: embedding === undefined ? null : bytesOf(embedding) })
      })} WHERE ${of(whose)} AND id = ${id} RETURNING id`
      return rows.length > 0
    },
    failed(say("history.changeMemory"))
  )

  const embed = Effect.fn("Facts.embed")(
    (owner: Owner, id: number, embedding: Int8Array) =>
      sql`UPDATE facts SET embedding = ${bytesOf(embedding)} WHERE ${of(owner)} AND id = ${id}`.pipe(
        Effect.asVoid
      ),
    failed(say("history.keepMeaning"))
  )

  const use = Effect.fn("Facts.use")(
    function* (owner: Owner, ids: ReadonlyArray<number>) {
      if (ids.length === 0) return
      const now = yield* Clock.currentTimeMillis
      yield* sql`UPDATE facts SET used = ${now} WHERE ${of(owner)} AND ${sql.in("id", ids)}`
    },
    failed(say("history.noteUse"))
  )

  const clearLog = yield* SecureDelete.clearLog

  const remove = Effect.fn("Facts.remove")(
    function* (whose: Whose, ids: ReadonlyArray<number> | "all") {
      if (ids.length === 0) return 0
      const rows = yield* ids === "all"
        ? sql`DELETE FROM facts WHERE ${of(whose)} RETURNING id`
        : sql`DELETE FROM facts WHERE ${of(whose)} AND ${sql.in("id", ids as ReadonlyArray<number>)} RETURNING id`
      if (rows.length > 0) yield* clearLog
      return rows.length
    },
    failed(say("history.deleteMemories"))
  )

  const generations = Generations.make()
  const forget = (owner: Owner, ids: ReadonlyArray<number> | "all") =>
    Effect.suspend(() => {
      generations.next(owner)
      return remove(owner, ids)
    })

  const correct = (owner: Owner, id: number, change: Change) =>
    Effect.suspend(() => {
      generations.next(owner)
      return edit(owner, id, change)
    })

  return Facts.of({
    list,
    get,
    traces,
    add,
    edit,
    correct,
    embed,
    use,
    remove,
    forget,
    generation: generations.of
  })
})

const columns = (sql: SqlClient.SqlClient) => sql.literal("id, person, text, importance, created, updated")

/** Some databases give a large number as a text. */
const factsOf = (rows: ReadonlyArray<Fact>): ReadonlyArray<Fact> =>
  rows.map((row) => ({ ...row, created: Number(row.created), updated: Number(row.updated) }))

const bytesOf = ({ buffer, byteLength, byteOffset }: Int8Array) =>
  new Uint8Array(buffer, byteOffset, byteLength)

const numbersOf = (bytes: ArrayBuffer | Uint8Array): Int8Array =>
  bytes instanceof Uint8Array
    ? new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Int8Array(bytes)
