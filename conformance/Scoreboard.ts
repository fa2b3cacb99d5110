import { readFileSync } from "node:fs"
import type { Row } from "./Row.ts"
import type { Result, Verdict } from "./Suite.ts"

/**
 * Why rows failed when Open-LLM-VTuber 1.2.1's own server was tried (2026-11-26, commit 19b58b1), by `keyOf`. It had no
 * voice activity detection and no tools then.
 */
export const upstream = JSON.parse(
  readFileSync(new URL("./upstream.json", import.meta.url), "utf8")
) as Readonly<Record<string, string>>

export const keyOf = ({ about, title }: Pick<Row, "about" | "title">): string => `${about}: ${title}`

const count = (results: ReadonlyArray<Result>, verdict: Verdict): number =>
  results.filter((result) => result.verdict === verdict).length

export interface Scoreboard {
  readonly passed: number
  readonly failed: number
  readonly leftOut: number
  readonly rows: ReadonlyArray<{
    readonly about: string
    readonly kind: string
    readonly title: string
    readonly verdict: Verdict
    readonly ms: number
    readonly reason?: string
    readonly upstream?: string
  }>
}

export const of = (results: ReadonlyArray<Result>): Scoreboard => ({
  passed: count(results, "passed"),
  failed: count(results, "failed"),
  leftOut: count(results, "left out"),
  rows: results.map(({ ms, reason, row, verdict }) => ({
    about: row.about,
    kind: row.kind,
    title: row.title,
    verdict,
    ms,
    ...(reason === undefined ? {} : { reason }),
    ...(upstream[keyOf(row)] === undefined ? {} : { upstream: upstream[keyOf(row)]! })
  }))
})

const sign: Readonly<Record<Verdict, string>> = { passed: "ok  ", failed: "FAIL", "left out": "-   " }

/** For people: what failed says why, and where upstream's own server is known to fall short, so does the row. */
export const table = ({ failed, leftOut, passed, rows }: Scoreboard): string => {
  const width = Math.max(...rows.map(({ about }) => about.length), 0)
  const lines = rows.flatMap(({ about, kind, reason, title, upstream, verdict }) => {
    const indent = " ".repeat(width + 18)
    return [
      `${sign[verdict]}  ${about.padEnd(width)}  ${kind.padEnd(9)} ${title}`,
      ...(reason === undefined ? [] : [`${indent}${reason.replaceAll("\n", `\n${indent}`)}`]),
      ...(upstream === undefined ? [] : [`${indent}(Open-LLM-VTuber 1.2.1 fails: ${upstream})`])
    ]
  })
  const left = leftOut === 0 ? "" : `, ${leftOut} left out`
  return [...lines, "", `${passed} passed, ${failed} failed${left}`].join("\n")
}
