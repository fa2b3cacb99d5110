import { Array, Effect, FiberRef, HashSet, Logger, LogLevel } from "effect"
import * as Doc from "@effect/printer/Doc"
import * as Table from "../Table.ts"
import { english } from "../../language/Text.ts"
import type { Words } from "../../language/Text.ts"

/** `warning`: it works, and there is something to know. `missing`: nothing is wrong but that it has to be fetched. */
export type State = "ok" | "warning" | "missing" | "broken"

/** What a check has found. No secret is in it. */
export interface Finding {
  readonly state: State
  readonly detail: string
  /** What to do about it, whole sentences; empty if there is nothing to do. */
  readonly mend: string
}

/** A line of the table. */
export interface Row extends Finding {
  readonly what: string
}

export const ok = (detail: string, mend = ""): Finding => ({ state: "ok", detail, mend })
export const warning = (detail: string, mend: Words = ""): Finding => ({
  state: "warning",
  detail,
  mend: english(mend)
})
export const missing = (detail: Words, mend: Words): Finding => ({
  state: "missing",
  detail: english(detail),
  mend: english(mend)
})
export const broken = (detail: Words, mend: Words): Finding => ({
  state: "broken",
  detail: english(detail),
  mend: english(mend)
})

/** How long one check may take unless it says otherwise, in seconds. */
export const limit = 60

/** How long a check may take. */
export interface Limit {
  readonly seconds: number
  /** What to do when it took longer, whole sentences. */
  readonly mend: string
}

const usual: Limit = {
  seconds: limit,
  mend: "Try again when this machine has less to do, or choose something smaller."
}

/** Keeps what is warned of meanwhile and prints nothing, whatever loggers there are: the table says it. */
const collecting = (said: Array<string>) =>
  Effect.locally(
    FiberRef.currentLoggers,
    HashSet.make(
      Logger.make(({ logLevel, message }) => {
        if (LogLevel.greaterThanEqual(logLevel, LogLevel.Warning)) said.push(Array.ensure(message).join(" "))
      })
    )
  )

/** Runs it without anything being logged. */
export const silently = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  collecting([])(effect)

/**
 * Runs one check, which closes all that it opens. It ends in time whatever is checked; what works, but was warned of, is
 * a warning.
 */
export const check = <R>(
  what: string,
  judge: Effect.Effect<Finding, never, R>,
  { mend, seconds }: Limit = usual
): Effect.Effect<Row, never, R> =>
  Effect.suspend(() => {
    const said: Array<string> = []
    return judge.pipe(
      Effect.timeoutTo({
        duration: seconds * 1000,
        onSuccess: (finding) => finding,
        onTimeout: () => broken(`there was no result within ${seconds} s`, mend)
      }),
      collecting(said),
      Effect.map((finding) => withWarnings(what, finding, said))
    )
  }).pipe(Effect.withSpan("Report.check"))

const withWarnings = (what: string, finding: Finding, said: ReadonlyArray<string>): Row => ({
  what,
  state: finding.state === "ok" && said.length > 0 ? "warning" : finding.state,
  detail: [finding.detail, ...new Set(said)].join("; "),
  mend: finding.mend
})

/** Rows that say that something does not work. */
export const failures = (rows: ReadonlyArray<Row>): ReadonlyArray<Row> =>
  rows.filter(({ state }) => state === "broken" || state === "missing")

const header = ["what", "state", "detail", "how to mend it"]
/** Of a column that is wrapped, in characters: narrower ones are hard to read. */
const narrowest = 20

/** Text is one line; `width` breaks it between words. */
const linesOf = (text: string, width: number | undefined): ReadonlyArray<string> => {
  const line = text.replaceAll(/\s+/g, " ").trim()
  return width === undefined
    ? [line]
    : Doc.render(Doc.reflow(line), { style: "pretty", options: { lineWidth: width } }).split("\n")
}

/** The table, at most `columns` characters wide; without that (not in a terminal) each row is one line. */
export const render = (rows: ReadonlyArray<Row>, columns: number | undefined): string => {
  const widest = (of: (row: Row) => string) => Math.max(...rows.map((row) => Table.widthOf(of(row))))
  const room = (columns ?? 0) - widest(({ what }) => what) - widest(({ state }) => state) - 6
  const width = columns === undefined ? undefined : Math.max(narrowest, Math.floor(room / 2))
  const lines = rows.flatMap(({ detail, mend, state, what }) => {
    const [details, mends] = [linesOf(detail, width), linesOf(mend, width)]
    return Array.makeBy(Math.max(details.length, mends.length), (at) =>
      at === 0
        ? [what, state, details[at] ?? "", mends[at] ?? ""]
        : ["", "", details[at] ?? "", mends[at] ?? ""]
    )
  })
  return Table.render(header, lines)
}
