import { describe, expect, it, layer } from "@effect/vitest"
import { NodeFileSystem } from "@effect/platform-node"
import { SqlClient } from "@effect/sql"
import { Context, Effect, Layer } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Facts } from "../../src/history/Facts.ts"
import { History } from "../../src/history/History.ts"
import * as SqliteClient from "../../src/history/SqliteClient.ts"
import * as SqliteHistory from "../../src/history/SqliteHistory.ts"
import * as HistoryDatabase from "../support/HistoryDatabase.ts"
import { anna, describeFacts, fact } from "./describeFacts.ts"

layer(Layer.empty)("Facts in SQLite", (it) => describeFacts(it, HistoryDatabase.fresh))

describe("Facts", () => {
  it.scoped("leaves nothing of what is deleted in the file or its log", () =>
    Effect.gen(function* () {
      const folder = yield* HistoryDatabase.temporaryFolder
      const context = yield* Layer.build(HistoryDatabase.open(join(folder, "history.db")))
      const secret = "Anna's treasure is under the old oak."
      const inFiles = () =>
        readdirSync(folder).filter((name) => readFileSync(join(folder, name)).includes("treasure"))
      yield* Effect.gen(function* () {
        const facts = yield* Facts
        for (let count = 0; count < 50; count++) yield* facts.add(anna, fact(`${secret} ${count}`))
        expect(inFiles()).not.toEqual([])
        yield* facts.remove(anna, "all")
        expect(inFiles()).toEqual([])
      }).pipe(Effect.provide(context))
    })
  )

  it.scopedLive("leaves nothing in the log either where somebody else reads the file meanwhile", () =>
    Effect.gen(function* () {
      const folder = yield* HistoryDatabase.temporaryFolder
      const file = join(folder, "history.db")
      const facts = Context.get(yield* Layer.build(HistoryDatabase.open(file)), Facts)
      yield* facts.add(anna, fact("Anna's treasure is under the old oak."))
      const reader = Context.get(yield* Layer.build(SqliteClient.layer(file)), SqlClient.SqlClient)
      yield* reader.unsafe("BEGIN")
      expect(yield* reader`SELECT text FROM facts`).toHaveLength(1)
      const removing = yield* Effect.fork(facts.remove(anna, "all"))
      const passed = Effect.zipLeft(
        facts.list(anna),
        Effect.promise(() => new Promise(setImmediate))
      )
      yield* Effect.repeat(passed, { until: (list) => list.length === 0 })
      yield* reader.unsafe("COMMIT")
      expect(yield* removing).toBe(1)
      const left = readdirSync(folder).filter((name) => readFileSync(join(folder, name)).includes("treasure"))
      expect(left).toEqual([])
    })
  )

  it.scoped("come to a database that is there already, whose conversations stay", () =>
    Effect.gen(function* () {
      const folder = yield* HistoryDatabase.temporaryFolder
      const file = join(folder, "history.db")
      const uid = yield* Effect.gen(function* () {
        const history = yield* History
        const uid = yield* history.create("a")
        yield* history.append("a", uid, [{ role: "human", content: "Hello" }])
        return uid
      }).pipe(Effect.provide(HistoryDatabase.open(file)))
      // As the version before left it.
      yield* Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        for (const trigger of ["added", "changed", "removed"])
          yield* sql.unsafe(`DROP TRIGGER message_${trigger}`)
        yield* sql`DROP TABLE messages_text`
        yield* sql`DROP INDEX histories_of_character`
        yield* sql`CREATE INDEX histories_of_character ON histories (conf_uid)`
        yield* sql`ALTER TABLE histories DROP COLUMN title`
        for (const column of ["last_shown", "last_at"])
          yield* sql.unsafe(`ALTER TABLE histories DROP COLUMN ${column}`)
        yield* sql`DROP TABLE facts`
        yield* sql`DELETE FROM history_migrations WHERE migration_id >= 2`
      }).pipe(Effect.provide(SqliteClient.layer(file)))
      yield* Effect.gen(function* () {
        yield* (yield* Facts).add(anna, fact("Anna says hello."))
        expect(yield* (yield* History).messages("a", uid)).toMatchObject([{ content: "Hello" }])
        expect(yield* (yield* History).list("a")).toMatchObject([
          { uid, latest_message: { content: "Hello" } }
        ])
        expect((yield* (yield* History).search("a", "hell", 5)).items).toMatchObject([{ uid }])
      }).pipe(Effect.provide(HistoryDatabase.open(file)))
      // A look from outside does not clear empty conversations away.
      yield* Effect.gen(function* () {
        const empty = yield* (yield* History).create("a")
        const outside = SqliteHistory.layerFacts({ file }).pipe(Layer.provide(NodeFileSystem.layer))
        const list = Effect.flatMap(Facts, (facts) => facts.list(anna))
        expect(yield* Effect.provide(list, outside)).toHaveLength(1)
        expect(yield* (yield* History).messages("a", empty)).toEqual([])
      }).pipe(Effect.provide(HistoryDatabase.open(file)))
    })
  )
})
