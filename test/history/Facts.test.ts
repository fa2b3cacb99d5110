import { describe, expect, it } from "@effect/vitest"
import { NodeFileSystem } from "@effect/platform-node"
import { SqlClient } from "@effect/sql"
import { Context, Effect, Layer, TestClock } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Facts } from "../../src/history/Facts.ts"
import { History } from "../../src/history/History.ts"
import * as SqliteClient from "../../src/history/SqliteClient.ts"
import * as SqliteHistory from "../../src/history/SqliteHistory.ts"
import * as HistoryDatabase from "../support/HistoryDatabase.ts"

const anna = { confUid: "a", person: "Anna" }
const meaning = Int8Array.of(1, -2, 127, -127)
const fact = (text: string, importance = 5) => ({ text, importance, embedding: meaning })

describe("Facts", () => {
  it.effect("keeps them per character and person, with their meaning and times", () =>
    Effect.gen(function* () {
      const facts = yield* Facts
      yield* TestClock.setTime(1_800_000_000_123)
      const id = yield* facts.add(anna, fact("Anna has two cats."))
      yield* facts.add({ confUid: "a", person: "Ben" }, fact("Ben has a dog."))
      yield* facts.add({ confUid: "b", person: "Anna" }, fact("Anna is known to b."))
      expect(yield* facts.list(anna)).toEqual([
        {
          id,
          person: "Anna",
          text: "Anna has two cats.",
          importance: 5,
          created: 1_800_000_000_123,
          updated: 1_800_000_000_123
        }
      ])
      expect((yield* facts.list({ confUid: "a" })).map(({ person }) => person)).toEqual(["Anna", "Ben"])
      expect(yield* facts.traces(anna)).toEqual([
        { id, importance: 5, used: 1_800_000_000_123, embedding: meaning }
      ])

      yield* TestClock.adjust("1 second")
      yield* facts.use(anna, [id])
      expect(yield* facts.traces(anna)).toMatchObject([{ used: 1_800_000_001_123 }])
      expect(yield* facts.list(anna)).toMatchObject([{ updated: 1_800_000_000_123 }])

      // A new text has no meaning until it is given one; a new importance leaves it alone.
      expect(yield* facts.edit(anna, id, { importance: 9 })).toBe(true)
      expect(yield* facts.traces(anna)).toMatchObject([{ importance: 9, embedding: meaning }])
      expect(yield* facts.edit(anna, id, { text: "Anna has one cat." })).toBe(true)
      expect(yield* facts.traces(anna)).toMatchObject([{ embedding: undefined }])
      yield* facts.embed(anna, id, meaning)
      expect(yield* facts.traces(anna)).toMatchObject([{ embedding: meaning }])
      expect(yield* facts.get(anna, [id, 999])).toMatchObject([{ text: "Anna has one cat." }])

      // Nobody else's.
      const ben = { confUid: "a", person: "Ben" }
      expect(yield* facts.edit(ben, id, { text: "Mine." })).toBe(false)
      expect(yield* facts.remove(ben, [id])).toBe(0)
      expect(yield* facts.remove(anna, [id])).toBe(1)
      expect(yield* facts.remove({ confUid: "a" }, "all")).toBe(1)
      expect(yield* facts.list({ confUid: "b" })).toHaveLength(1)
    }).pipe(Effect.provide(HistoryDatabase.fresh))
  )

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
        yield* sql`DROP TABLE facts`
        yield* sql`DELETE FROM history_migrations WHERE migration_id >= 2`
      }).pipe(Effect.provide(SqliteClient.layer(file)))
      yield* Effect.gen(function* () {
        yield* (yield* Facts).add(anna, fact("Anna says hello."))
        expect(yield* (yield* History).messages("a", uid)).toMatchObject([{ content: "Hello" }])
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
