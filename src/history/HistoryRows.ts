import { Clock, Effect } from "effect"
import type { HistoryMessage, HistorySummary, Role } from "./History.ts"

/** A message as the database has it. */
export interface MessageRow {
  readonly role: Role
  readonly timestamp: string
  readonly content: string
  readonly name: string | null
  readonly avatar: string | null
}

export interface SummaryRow extends MessageRow {
  readonly uid: string
  readonly title: string | null
}

/** The same as an array, in the order of the columns. */
export type SummaryValues = readonly [
  uid: string,
  title: string | null,
  role: Role,
  timestamp: string,
  content: string,
  name: string | null,
  avatar: string | null
]

export const summaryOf = (row: SummaryRow): HistorySummary => ({
  uid: row.uid,
  latest_message: messageOf(row),
  timestamp: row.timestamp,
  ...(row.title === null ? {} : { title: row.title })
})

export const summaryOfValues = ([uid, title, role, timestamp, content, name, avatar]: SummaryValues) =>
  summaryOf({ uid, title, role, timestamp, content, name, avatar })

export const messageOf = (row: MessageRow): HistoryMessage => ({
  role: row.role,
  timestamp: row.timestamp,
  content: row.content,
  ...(row.name === null ? {} : { name: row.name }),
  ...(row.avatar === null ? {} : { avatar: row.avatar })
})

/** ISO-8601, this machine's time of day, to the second. */
export const localTime = Effect.map(Clock.currentTimeMillis, (now) =>
  new Date(now - new Date(now).getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
)

/** PostgreSQL has no room for a zero character, and nobody sees one. */
export const plain = (text: string): string => text.replaceAll("\0", "")
