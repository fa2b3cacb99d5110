/** One line of the table. */
export interface Row {
  readonly measure: string
  readonly value: number
  readonly unit: string
  /** The same of the bare `ws` server, in the same unit. */
  readonly bare?: number
  /** What is hoped for, in words, and whether it is so. */
  readonly aim?: { readonly text: string; readonly met: boolean }
  /** To compare with. */
  readonly note?: string
}

export interface Figure {
  readonly title: string
  readonly rows: ReadonlyArray<Row>
  /** What must not be: it makes the whole run fail. */
  readonly failures: ReadonlyArray<string>
}

export const atMost = (limit: number, unit: string, value: number): NonNullable<Row["aim"]> => ({
  text: `at most ${limit} ${unit}`,
  met: value <= limit
})
