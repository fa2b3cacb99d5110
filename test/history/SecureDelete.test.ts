import { SqlClient } from "@effect/sql"
import { expect, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
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

/** All pieces of three letters, which is what the index holds. */
const pieces = (texts: ReadonlyArray<string>) => [
  ...new Set(
    texts.flatMap((text) => Array.from({ length: text.length - 2 }, (_, at) => text.slice(at, at + 3)))
  )
]

const hangul = letters(0xac00, 400)
const others = letters(0x4e00, 400)

/** Those of `secrets` that can be read somewhere in the folder. */
const leftOf = (folder: string, secrets: ReadonlyArray<string>) => {
  const bytes = bytesOf(folder)
  return pieces(secrets).filter((piece) => bytes.includes(piece))
}

for (const [size, count] of [
  ["short", 1],
  ["long", 50]
] as const)
  it.scopedLive(
    `leaves no piece of a deleted ${size} conversation in the database's file, its index or its log`,
    () =>
      Effect.gen(function* () {
        const folder = yield* HistoryDatabase.temporaryFolder
        const file = join(folder, "history.db")
        const random = numbers(7)
        const secrets = Array.from({ length: count }, () => text(hangul, 60, random))
        yield* Effect.gen(function* () {
          const history = yield* History
          const deleted = yield* history.create("a")
          const kept = yield* history.create("a")
          const say = (uid: string, content: string) => history.append("a", uid, [{ role: "human", content }])
          for (const secret of secrets) {
            yield* say(deleted, secret)
            yield* say(kept, text(others, 60, random))
          }
          expect(leftOf(folder, secrets).length).toBe(pieces(secrets).length)
          expect(yield* history.remove("a", deleted)).toBe(true)
          // The index is cleared in the background.
          const left = Effect.sync(() => leftOf(folder, secrets).slice(0, 5))
          yield* left.pipe(
            Effect.repeat({ schedule: Schedule.spaced("20 millis"), until: (some) => some.length === 0 })
          )
          yield* sound(file)
          // What stays is found as before.
          const [message] = yield* history.messages("a", kept)
          const found = yield* history.search("a", message!.content.slice(20, 30), 5)
          expect(found.items.map(({ uid }) => uid)).toEqual([kept])
        }).pipe(Effect.provide(HistoryDatabase.open(file)))
        expect(leftOf(folder, secrets)).toEqual([])
      })
  )
