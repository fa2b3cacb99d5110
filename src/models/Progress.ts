/** How far the fetching of a model has come. */
export interface Progress {
  /** The catalogue's id. */
  readonly model: string
  readonly phase: "downloading" | "verifying" | "unpacking"
  /** Bytes of this phase done, and altogether. */
  readonly received: number
  readonly total: number
}

const units = ["B", "kB", "MB", "GB"]

/** Bytes for people, in powers of 1000: `1.1 GB`. */
export const readable = (bytes: number): string => {
  const unit = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const amount = bytes / 1000 ** unit
  return `${unit === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${units[unit]}`
}

/** Whole percent done. */
export const percent = ({ received, total }: Progress): number =>
  total === 0 ? 0 : Math.floor((100 * received) / total)
