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
  return Layer.succeed(
    History,
    History.of({
      list: () =>
        Effect.sync(() =>
          [...stored].flatMap(([uid, messages]) => {
            const latest = messages.findLast(({ role }) => role !== "system")
            return latest === undefined ? [] : [{ uid, latest_message: { ...latest, timestamp }, timestamp }]
          })
        ),
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
