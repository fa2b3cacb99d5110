import { SqlClient } from "@effect/sql"
import type { Statement } from "@effect/sql"
import { Effect } from "effect"
import { nextRound } from "../supervision/NextRound.ts"
import type { HistoryMatch, Page } from "./History.ts"

interface MatchRow {
  readonly uid: string
  readonly title: string | null
  readonly role: "human" | "ai"
  readonly timestamp: string
  readonly content: string
  readonly name: string | null
}

/** Where words are looked for. */
interface Places {
  readonly from: Statement.Fragment
  readonly id: Statement.Fragment
  readonly conditions: ReadonlyArray<Statement.Fragment>
  /** Ids that one statement looks at. */
  readonly slice: number
}

/** The search of `History`, in any SQL database that `Migrations` has been run on. */
export const make = Effect.map(SqlClient.SqlClient, (sql) => {
  const contains = (word: string) =>
    sql.onDialectOrElse({
      pg: () => sql`m.content ILIKE ${likeOf(word)}`,
      orElse: () =>
        hasOtherCase(word)
          ? sql`m.content GLOB ${globOf(word)}`
          : sql`m.content LIKE ${likeOf(word)} ESCAPE ${"\\"}`
    })

  const everywhere = (words: ReadonlyArray<string>): Places => ({
    from: sql`messages m`,
    id: sql`m.id`,
    conditions: words.map(contains),
    slice: walked
  })

  /** SQLite's index holds three characters at a time: it finds long words, among whose messages the short ones are looked for. */
  const indexed = (words: ReadonlyArray<string>): Places => {
    const long = words.filter(isLong)
    // In quotes everything is text, whatever it is in the index's own language.
    const match = long.map((word) => `"${word.replaceAll('"', '""')}"`).join(" AND ")
    return long.length === 0
      ? everywhere(words)
      : {
          from: sql`messages_text t CROSS JOIN messages m ON m.id = t.rowid`,
          id: sql`t.rowid`,
          conditions: [
            sql`messages_text MATCH ${match}`,
            ...words.filter((word) => !isLong(word)).map(contains)
          ],
          slice: found
        }
  }

  // SQLite would rather collect all of a character's messages and sort them: CROSS JOIN keeps the order, newest first.
  const join = sql.literal(sql.onDialectOrElse({ sqlite: () => "CROSS JOIN", orElse: () => "JOIN" }))

  /** The newest `most` of a character's messages in these places. */
  const select = (
    { conditions, from, id }: Places,
    confUid: string,
    within: Statement.Fragment,
    most: number
  ) =>
    sql<MatchRow>`
      SELECT h.uid, h.title, m.role, m.timestamp, m.content, m.name
      FROM ${from} ${join} histories h ON h.id = m.history_id
      WHERE ${sql.and([within, ...conditions, sql`h.conf_uid = ${confUid}`, sql`m.role <> 'system'`])}
      ORDER BY ${id} DESC LIMIT ${most}`

  /** SQLite's driver is synchronous: everybody else has their turn after each slice of the messages. */
  const inSlices = Effect.fnUntraced(function* (places: Places, confUid: string, most: number) {
    const { id, slice } = places
    const [latest] = yield* sql<{ id: number | null }>`SELECT MAX(id) AS id FROM messages`
    const rows: Array<MatchRow> = []
    for (let end = latest?.id ?? 0; end > 0 && rows.length < most; end -= slice) {
      const within = sql`${id} > ${end - slice} AND ${id} <= ${end}`
      rows.push(...(yield* select(places, confUid, within, most - rows.length)))
      yield* nextRound
    }
    return rows
  })

  return Effect.fnUntraced(function* (confUid: string, text: string, limit: number) {
    const words = [...new Set(text.split(/\s+/u).filter((word) => word !== ""))]
    if (words.length === 0) return { items: [], more: false }
    const rows = yield* sql.onDialectOrElse({
      sqlite: () => inSlices(indexed(words), confUid, limit + 1),
      orElse: () => select(everywhere(words), confUid, sql`1 = 1`, limit + 1)
    })
    const page: Page<HistoryMatch> = {
      items: rows.slice(0, limit).map((row) => matchOf(row, words)),
      more: rows.length > limit
    }
    return page
  })
})

/** Messages that SQLite looks through at once, by their ids: a few ms. */
const walked = 500
/** Those among which it takes what the index names. Each time it reads the index's whole lists of the words' pieces: some ms. */
const found = 5000

const isLong = (word: string): boolean => [...word].length >= 3

// Words are compared as they are: what means something in a pattern is escaped.
const likeOf = (word: string): string => `%${word.replaceAll(/[\\%_]/gu, "\\$&")}%`

/** SQLite's LIKE knows the case of ASCII letters alone. */
const hasOtherCase = (word: string): boolean =>
  [...word].some((letter) => letter > "\u007f" && casesOf(letter).length > 1)

/** A pattern for SQLite's GLOB, which knows no case: each letter is one of its forms. */
const globOf = (word: string): string =>
  `*${[...word].map((letter) => (casesOf(letter).length > 1 || "*?[".includes(letter) ? `[${casesOf(letter).join("")}]` : letter)).join("")}*`

/** The forms of a letter that are one letter: "ß" has no other. */
const casesOf = (letter: string): ReadonlyArray<string> => {
  const upper = letter.toUpperCase()
  const all = [letter, letter.toLowerCase(), upper, upper.toLowerCase()]
  return [...new Set(all.filter((form) => [...form].length === 1))]
}

const matchOf = (row: MatchRow, words: ReadonlyArray<string>): HistoryMatch => ({
  uid: row.uid,
  ...(row.title === null ? {} : { title: row.title }),
  role: row.role,
  timestamp: row.timestamp,
  ...(row.name === null ? {} : { name: row.name }),
  excerpt: excerptOf(row.content, words)
})

/** Characters that an excerpt shows before what was found, and in all. */
const before = 40
const longest = 160

/** The part of `content` around the first of the words in it, with "…" where something is left out. */
const excerptOf = (content: string, words: ReadonlyArray<string>): string => {
  const low = content.toLowerCase()
  const places = words.map((word) => low.indexOf(word.toLowerCase())).filter((at) => at >= 0)
  const start = Math.max(0, Math.min(...(places.length === 0 ? [0] : places)) - before)
  const from = start > 0 && isSecondHalf(content, start) ? start - 1 : start
  const end = Math.min(content.length, from + longest)
  const to = end < content.length && isSecondHalf(content, end) ? end - 1 : end
  return `${from > 0 ? "…" : ""}${content.slice(from, to)}${to < content.length ? "…" : ""}`
}

/** Whether a character of two units is cut there. */
const isSecondHalf = (text: string, at: number): boolean => /[\udc00-\udfff]/u.test(text.charAt(at))
