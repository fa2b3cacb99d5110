import stringWidth from "string-width"

/** Columns of a terminal that a text takes: letters of Chinese and Japanese, and emoji, take two each. */
export const widthOf = (text: string): number => stringWidth(text)

/** Control characters as what they are: a terminal would obey them. */
export const plain = (cell: string): string =>
  cell.replace(/\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, "0")}`)

/** Lines of columns as wide as their widest cell, under a header. */
export const render = (header: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const lines = [header, ...rows].map((line) => line.map(plain))
  const widths = header.map((_, column) => Math.max(...lines.map((line) => widthOf(line[column] ?? ""))))
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - widthOf(cell)))
        .join("  ")
        .trimEnd()
    )
    .join("\n")
}
