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

it.scoped("leaves no letter of a deleted conversation in the database's file, its index or its log", () =>
  Effect.gen(function* () {
    const folder = yield* HistoryDatabase.temporaryFolder
    const random = numbers(7)
    const hangul = letters(0xac00, 400)
    const others = letters(0x4e00, 400)
    yield* Effect.gen(function* () {
      const history = yield* History
      const deleted = yield* history.create("a")
      const kept = yield* history.create("a")
      const say = (uid: string, alphabet: ReadonlyArray<string>) =>
        history.append("a", uid, [{ role: "human", content: text(alphabet, 60, random) }])
      // One after the other: the index is written, and merged, in many pieces.
      for (let turn = 0; turn < 400; turn++) {
        yield* say(deleted, hangul)
        yield* say(kept, [...others, ...letters(0xc000 + (turn % 7), 3)])
      }
      expect(hangul.filter((letter) => bytesOf(folder).includes(letter))).toEqual(hangul)
      expect(yield* history.remove("a", deleted)).toBe(true)
      expect(hangul.filter((letter) => bytesOf(folder).includes(letter))).toEqual([])
      expect(yield* history.messages("a", kept)).toHaveLength(400)
      yield* sound(join(folder, "history.db"))
      // What stays is found as before.
      const [message] = yield* history.messages("a", kept)
      const found = yield* history.search("a", message!.content.slice(20, 30), 5)
      expect(found.items.map(({ uid }) => uid)).toEqual([kept])
    }).pipe(Effect.provide(HistoryDatabase.open(join(folder, "history.db"))))
    expect(hangul.filter((letter) => bytesOf(folder).includes(letter))).toEqual([])
  })
)
