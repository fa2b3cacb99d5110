import type { Result, Verdict } from "./Suite.ts"

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
    ...(row.upstream === undefined ? {} : { upstream: row.upstream })
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
      ...(upstream === undefined ? [] : [`${indent}(Open-LLM-VTuber 1.2.1 ${upstream})`])
    ]
  })
  const left = leftOut === 0 ? "" : `, ${leftOut} left out`
  return [...lines, "", `${passed} passed, ${failed} failed${left}`].join("\n")
}
