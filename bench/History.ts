import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { NodeFileSystem } from "@effect/platform-node"
import { SqlClient } from "@effect/sql"
import { Effect, Layer } from "effect"
import { History } from "../src/history/History.ts"
import * as Migrations from "../src/history/Migrations.ts"
import * as SqliteClient from "../src/history/SqliteClient.ts"
import * as SqliteHistory from "../src/history/SqliteHistory.ts"
import { nextRound } from "../src/supervision/NextRound.ts"
import * as Figure from "./Figure.ts"
import * as Numbers from "./Numbers.ts"

const sizes = [1000, 10_000, 100_000]
const perConversation = 50
const times = 100
const confUid = "hana_001"

const words = "tea rain train cat chess bread snow boat jazz bee map film 紅茶 電車 猫 雪 喝茶 下雨".split(
  " "
)
const textOf = (number: number, random: () => number): string => {
  const said = Array.from({ length: 12 }, () => words[Math.floor(random() * words.length)]!)
  return `${said.join(" ")} number ${number}.`
}

/** Writes conversations straight into the tables: one by one, as they are held, takes minutes. */
const fill = (file: string, count: number) =>
  Effect.gen(function* () {
    yield* Migrations.run
    const sql = yield* SqlClient.SqlClient
    const random = Numbers.random(1)
    yield* sql.withTransaction(
      Effect.forEach(
        Array.from({ length: count / perConversation }).keys(),
        Effect.fnUntraced(function* (conversation) {
          const row = { uid: `conversation-${conversation}`, conf_uid: confUid }
          const [history] = yield* sql<{ id: number }>`INSERT INTO histories ${sql.insert(row)} RETURNING id`
          const messages = Array.from({ length: perConversation }, (_, at) => ({
            history_id: history!.id,
            role: at % 2 === 0 ? "human" : "ai",
            timestamp: "2026-11-24T07:05:58",
            content: textOf(conversation * perConversation + at, random)
          }))
          yield* sql`INSERT INTO messages ${sql.insert(messages)}`
        }),
        { discard: true }
      )
    )
  }).pipe(Effect.provide(SqliteClient.layer(file)))

/** How long each of `times` runs takes, in ms. */
const timesOf = <E>(run: (index: number) => Effect.Effect<unknown, E>) =>
  Effect.forEach(
    Array.from({ length: times }).keys(),
    Effect.fnUntraced(function* (index) {
      const began = performance.now()
      yield* run(index)
      return performance.now() - began
    })
  )

/** How long each of those runs keeps everybody else waiting at most, in ms. */
const holdsOf = <E>(run: (index: number) => Effect.Effect<unknown, E>) =>
  Effect.forEach(
    Array.from({ length: times / 5 }).keys(),
    Effect.fnUntraced(function* (index) {
      let last = performance.now()
      let longest = 0
      const watch = Effect.forever(
        Effect.map(nextRound, () => {
          const now = performance.now()
          longest = Math.max(longest, now - last)
          last = now
        })
      )
      yield* Effect.raceFirst(run(index), watch)
      return longest
    })
  )

const measureOne = (file: string, count: number) =>
  Effect.gen(function* () {
    const history = yield* History
    const conversations = count / perConversation
    const middle = `conversation-${Math.floor(conversations / 2)}`
    const all = {
      "the whole list": timesOf(() => history.list(confUid)),
      "the first 50 of the list": timesOf(() => history.page(confUid, { limit: 50, before: undefined })),
      "50 from its middle": timesOf(() => history.page(confUid, { limit: 50, before: middle })),
      "search, a word that is frequent": timesOf(() => history.search(confUid, "train", 50)),
      "search, one message": timesOf((index) => history.search(confUid, `number ${index * 7 + 3}.`, 50)),
      "search, no message": timesOf(() => history.search(confUid, "dragons", 50)),
      "search, 喝茶": timesOf(() => history.search(confUid, "喝茶", 50)),
      "search, two letters that are nowhere": timesOf(() => history.search(confUid, "qz", 50)),
      "search, four frequent words of another character": timesOf(() =>
        history.search("nobody_001", "train rain bread number", 50)
      ),
      "longest hold of the event loop in such a search": Effect.suspend(() =>
        holdsOf(() => history.search("nobody_001", "train rain bread number", 50))
      ),
      "longest hold in a search for two letters of other scripts": Effect.suspend(() =>
        holdsOf(() => history.search(confUid, "éq", 50))
      ),
      "open a conversation of 50": timesOf((index) =>
        history.messages(confUid, `conversation-${index % conversations}`)
      ),
      "add a message": timesOf((index) =>
        history.append(confUid, `conversation-${index % conversations}`, [
          { role: "human", content: "One more." }
        ])
      )
    }
    return yield* Effect.all(all)
  }).pipe(Effect.provide(Layer.provide(SqliteHistory.layer({ file }), NodeFileSystem.layer)))

/** Lists, pages, searches and reads conversations in SQLite, in this process, at three sizes. */
export const measure = async (): Promise<Figure.Figure> => {
  const rows: Array<Figure.Row> = []
  for (const count of sizes) {
    const folder = mkdtempSync(join(tmpdir(), "seiyuu-bench-history-"))
    try {
      const file = join(folder, "history.db")
      await Effect.runPromise(fill(file, count))
      const measured = await Effect.runPromise(measureOne(file, count))
      for (const [what, values] of Object.entries(measured)) {
        const p99 = Numbers.percentile(values, 0.99)
        rows.push({
          measure: `${count} messages: ${what}, p50`,
          value: Numbers.median(values),
          unit: "ms",
          note: `p99 ${p99.toFixed(2)} ms`,
          ...(what.includes("list") || what.includes("middle")
            ? { aim: Figure.atMost(20, "ms", Numbers.median(values)) }
            : what.startsWith("longest hold")
              ? { aim: Figure.atMost(10, "ms", Numbers.median(values)) }
              : {})
        })
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  return {
    title: `Conversations of ${perConversation} messages in SQLite, in one process`,
    rows,
    failures: []
  }
}
