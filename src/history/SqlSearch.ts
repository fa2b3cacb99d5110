import { SqlClient } from "@effect/sql"
import { Effect } from "effect"
import type { HistoryMatch, Page } from "./History.ts"

interface MatchRow {
  readonly uid: string
  readonly title: string | null
  readonly role: "human" | "ai"
  readonly timestamp: string
  readonly content: string
  readonly name: string | null
}

/** The search of `History`, in any SQL database that `Migrations` has been run on. */
export const make = Effect.map(SqlClient.SqlClient, (sql) => {
  // Words are compared as they are: what means something in a pattern is escaped.
  const contains = (word: string) => {
    const pattern = `%${word.replaceAll(/[\\%_]/gu, "\\$&")}%`
    return sql.onDialectOrElse({
      pg: () => sql`m.content ILIKE ${pattern}`,
      orElse: () => sql`m.content LIKE ${pattern} ESCAPE ${"\\"}`
    })
  }

  /** SQLite's index holds three characters at a time: it finds long words, among whose messages the short ones are looked for. */
  const indexed = (words: ReadonlyArray<string>) => {
    const long: ReadonlyArray<string> = sql.onDialectOrElse({
      sqlite: () => words.filter(isLong),
      orElse: () => []
    })
    const conditions = words.filter((word) => !long.includes(word)).map(contains)
    // In quotes everything is text, whatever it is in the index's own language.
    const match = long.map((word) => `"${word.replaceAll('"', '""')}"`).join(" AND ")
    return long.length === 0
      ? {
          from: sql`messages m`,
          order: sql.literal("m.id"),
          // The driver is synchronous: everybody waits while all messages are walked through.
          conditions: [
            ...conditions,
            ...sql.onDialectOrElse({
              sqlite: () => [sql`m.id > (SELECT MAX(id) FROM messages) - ${mostWalked}`],
              orElse: () => []
            })
          ]
        }
      : {
          from: sql`messages_text t CROSS JOIN messages m ON m.id = t.rowid`,
          order: sql.literal("t.rowid"),
          conditions: [sql`messages_text MATCH ${match}`, ...conditions]
        }
  }

  // SQLite would rather collect all of a character's messages and sort them: CROSS JOIN keeps the order, newest first.
  const join = sql.literal(sql.onDialectOrElse({ sqlite: () => "CROSS JOIN", orElse: () => "JOIN" }))

  return Effect.fnUntraced(function* (confUid: string, text: string, limit: number) {
    const words = [...new Set(text.split(/\s+/u).filter((word) => word !== ""))]
    if (words.length === 0) return { items: [], more: false }
    const { conditions, from, order } = indexed(words)
    const rows = yield* sql<MatchRow>`
      SELECT h.uid, h.title, m.role, m.timestamp, m.content, m.name
      FROM ${from} ${join} histories h ON h.id = m.history_id
      WHERE ${sql.and([...conditions, sql`h.conf_uid = ${confUid}`, sql`m.role <> 'system'`])}
      ORDER BY ${order} DESC LIMIT ${limit + 1}`
    const page: Page<HistoryMatch> = {
      items: rows.slice(0, limit).map((row) => matchOf(row, words)),
      more: rows.length > limit
    }
    return page
  })
})

/** How many of the latest messages SQLite looks through for words of one or two characters alone. */
const mostWalked = 100_000

const isLong = (word: string): boolean => [...word].length >= 3

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
