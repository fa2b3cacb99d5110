/** What is moved, in the order of the table. */
export const kinds = [
  "configuration",
  "characters",
  "avatar dictionary",
  "MCP servers",
  "prompts",
  "Live2D models",
  "avatars",
  "backgrounds",
  "conversations"
] as const
export type Kind = (typeof kinds)[number]

/**
 * What comes of a thing: it is added, or takes the place of another one, which is kept beside it; it is here already; what is here is
 * different and stays; there is nothing in it; or it cannot be used.
 */
export type Outcome = "added" | "replaced" | "same" | "kept" | "empty" | "broken"

/** Something that people should know of one file. */
export interface Remark {
  /** The file, relative to the folder that it is in. */
  readonly file: string
  /** A clause without a full stop. */
  readonly text: string
}

/** What has been moved, or would be. */
export interface Report {
  readonly count: (kind: Kind, outcome: Outcome) => number
  readonly remarks: ReadonlyArray<Remark>
}

/** A report that grows. */
export const make = () => {
  const counts = new Map<string, number>()
  const remarks: Array<Remark> = []
  const key = (kind: Kind, outcome: Outcome) => `${kind} ${outcome}`
  const report: Report = {
    count: (kind, outcome) => counts.get(key(kind, outcome)) ?? 0,
    remarks
  }
  return {
    report,
    add: (kind: Kind, outcome: Outcome) => {
      counts.set(key(kind, outcome), report.count(kind, outcome) + 1)
    },
    remark: (file: string, text: string) => {
      remarks.push({ file, text })
    }
  }
}
export type Growing = ReturnType<typeof make>
