import { SqlClient } from "@effect/sql"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { History } from "../../src/history/History.ts"
import * as SqliteClient from "../../src/history/SqliteClient.ts"
import * as HistoryDatabase from "../support/HistoryDatabase.ts"

/** Numbers that look random and are the same each time. */
const numbers = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Letters of a block of Unicode: each is three bytes, which are nobody else's. */
const letters = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => String.fromCodePoint(first + index))

const text = (alphabet: ReadonlyArray<string>, length: number, random: (below: number) => number) =>
  Array.from({ length }, () => alphabet[random(alphabet.length)]!).join("")

/** Of the file and all that lies beside it. */
const bytesOf = (folder: string) =>
  Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))))

/** Fails unless the search index is whole, and says the same as the messages. */
const sound = (file: string) =>
  Effect.flatMap(
    SqlClient.SqlClient,
    (sql) => sql`INSERT INTO messages_text (messages_text, rank) VALUES ('integrity-check', 1)`
  ).pipe(Effect.provide(SqliteClient.layer(file)))

/** Runs of so many letters that are looked for. The index holds three at a time, and drops what is deleted when it merges its segments. */
const runLength = 5
const runs = (texts: ReadonlyArray<string>) =>
  texts.flatMap((text) =>
    Array.from({ length: text.length - runLength + 1 }, (_, at) => text.slice(at, at + runLength))
  )

it.scoped(
  "leaves nothing to read of a deleted conversation in the database's file, its index or its log",
  () =>
    Effect.gen(function* () {
      const folder = yield* HistoryDatabase.temporaryFolder
      const random = numbers(7)
      const hangul = letters(0xac00, 400)
      const others = letters(0x4e00, 400)
      const secrets = Array.from({ length: 100 }, () => text(hangul, 60, random))
      const left = () => {
        const bytes = bytesOf(folder)
        return runs(secrets).filter((run) => bytes.includes(run))
      }
      yield* Effect.gen(function* () {
        const history = yield* History
        const deleted = yield* history.create("a")
        const kept = yield* history.create("a")
        const say = (uid: string, content: string) => history.append("a", uid, [{ role: "human", content }])
        // One after the other: the index is written, and merged, in many pieces.
        for (const secret of secrets) {
          yield* say(deleted, secret)
          yield* say(kept, text(others, 60, random))
        }
        expect(left()).toEqual(runs(secrets))
        expect(yield* history.remove("a", deleted)).toBe(true)
        expect(left()).toEqual([])
        expect(yield* history.messages("a", kept)).toHaveLength(secrets.length)
        yield* sound(join(folder, "history.db"))
        // What stays is found as before.
        const [message] = yield* history.messages("a", kept)
        const found = yield* history.search("a", message!.content.slice(20, 30), 5)
        expect(found.items.map(({ uid }) => uid)).toEqual([kept])
      }).pipe(Effect.provide(HistoryDatabase.open(join(folder, "history.db"))))
      expect(left()).toEqual([])
    })
)
