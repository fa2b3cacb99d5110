import type { Figure, Row } from "./Figure.ts"

/** The figures as a table for people. */
export const render = (figures: ReadonlyArray<Figure>): string => {
  const header = ["", "seiyuu", "bare ws", "ratio", "aim", "", ""]
  const cells = figures.map(({ rows }) => rows.map(cellsOf))
  const widths = header.map((title, column) =>
    Math.max(title.length, ...cells.flat().map((row) => (row[column] ?? "").length))
  )
  const line = (row: ReadonlyArray<string>) =>
    row
      .map((cell, column) =>
        column === 0 || column >= 4 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)
      )
      .join("  ")
      .trimEnd()
  return figures
    .flatMap(({ failures, title }, index) => [
      "",
      title,
      line(header),
      ...cells[index]!.map(line),
      ...failures.map((failure) => `FAILED: ${failure}`)
    ])
    .join("\n")
}

const cellsOf = ({ aim, bare, measure, note, unit, value }: Row): ReadonlyArray<string> => [
  measure,
  `${number(value)} ${unit}`,
  bare === undefined ? "" : `${number(bare)} ${unit}`,
  bare === undefined || bare === 0 ? "" : number(value / bare),
  aim?.text ?? "",
  aim === undefined ? "" : aim.met ? "met" : "MISSED",
  note ?? ""
]

/** Three digits that count. */
const number = (value: number): string => {
  if (!Number.isFinite(value)) return "-"
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toFixed(digits)
}
