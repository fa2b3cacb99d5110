import { Effect, Layer } from "effect"
import type { Duration } from "effect"
import { History, HistoryNotFound, interruptedMark } from "../../src/history/History.ts"
import type { NewMessage } from "../../src/history/History.ts"

type Row = NewMessage & { readonly id: number }

/** What has been stored, by uid, for tests on TestClock: a real database does not know that clock. */
export type Stored = Map<string, Array<Row>>

export const layer = (stored: Stored = new Map(), time: () => Duration.DurationInput = () => 0) => {
  let ids = 0
  const rows = (uid: string) =>
    Effect.suspend(() => {
      const found = stored.get(uid)
      return found === undefined ? new HistoryNotFound({ uid }) : Effect.succeed(found)
    })
  const timestamp = "2026-01-01T00:00:00"
  const titles = new Map<string, string>()
  const list = Effect.sync(() =>
    [...stored].flatMap(([uid, messages]) => {
      const latest = messages.findLast(({ role }) => role !== "system")
      const title = titles.get(uid)
      return latest === undefined
        ? []
        : [
            {
              uid,
              latest_message: { ...latest, timestamp },
              timestamp,
              ...(title === undefined ? {} : { title })
            }
          ]
    })
  )
  return Layer.succeed(
    History,
    History.of({
      list: () => list,
      page: (_, { before, limit }) =>
        Effect.map(list, (all) => {
          const from = before === undefined ? 0 : all.findIndex(({ uid }) => uid === before) + 1
          return { items: all.slice(from, from + limit), more: all.length > from + limit }
        }),
      search: (_, text, limit) =>
        Effect.sync(() => {
          const found = [...stored].flatMap(([uid, messages]) =>
            messages.flatMap(({ content, role }) =>
              role === "system" || !content.includes(text) ? [] : [{ uid, role, timestamp, excerpt: content }]
            )
          )
          return { items: found.slice(0, limit), more: found.length > limit }
        }),
      rename: (_, uid, title) =>
        Effect.sync(() => {
          titles.set(uid, title)
          return stored.has(uid)
        }),
      create: () =>
        Effect.sync(() => {
          // One that was removed does not lend its name to another.
          let count = stored.size + 1
          while (stored.has(`history-${count}`)) count++
          const uid = `history-${count}`
          stored.set(uid, [])
          return uid
        }),
      messages: (_, uid) => Effect.map(rows(uid), (found) => found.map((row) => ({ ...row, timestamp }))),
      shown: (_, uid, { before, limit }) =>
        Effect.map(rows(uid), (found) => {
          const all = found.filter(({ role }) => role !== "system").slice(0, before)
          const first = Math.max(0, all.length - limit)
          return { messages: all.slice(first).map((row) => ({ ...row, timestamp })), first }
        }),
      check: (_, uid) => Effect.asVoid(rows(uid)),
      remove: (_, uid) => Effect.sync(() => stored.delete(uid)),
      append: (_, uid, messages) =>
        Effect.map(rows(uid), (found) =>
          messages.map((message) => {
            found.push({ ...message, id: ++ids })
            return ids
          })
        ).pipe((stored) => {
          const takes = time()
          return takes === 0 ? stored : Effect.delay(stored, takes)
        }),
      interrupt: (_, uid, { heard, id }) =>
        Effect.map(rows(uid), (found) => {
          const at = id === undefined ? found.length : found.findIndex((row) => row.id === id)
          found.splice(
            at,
            id === undefined ? 0 : 1,
            ...(heard === undefined ? [] : [{ ...heard, id: id ?? ++ids }])
          )
          found.push({ role: "system", content: interruptedMark, id: ++ids })
        }),
      discardIfEmpty: (_, uid) =>
        Effect.sync(() => void (stored.get(uid)?.length === 0 && stored.delete(uid)))
    })
  )
}
