import { Effect } from "effect"

/** How far the fetching of a model has come. */
export interface Progress {
  /** The catalogue's id. */
  readonly model: string
  readonly phase: "downloading" | "verifying" | "unpacking" | "converting"
  /** Bytes of this phase done, and altogether, of all that belongs to the model. */
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

/** Tells how far one part of a model has come, in bytes. */
export type Report = (phase: Progress["phase"], received: number, total: number) => Effect.Effect<void>

/** Adds up the parts of a model. */
export interface Tally {
  /** A part that has not begun counts too: otherwise a bar would run backwards when it does. */
  readonly expect: (part: string, phase: Progress["phase"], total: number) => void
  readonly of: (part: string) => Report
  /** The part is had in another way. */
  readonly drop: (part: string, phase: Progress["phase"]) => void
}

/** `show` hears of every whole percent of a phase once: a chunk is a few kB of a GB. */
export const tally = (model: string, show: (progress: Progress) => Effect.Effect<void>): Tally => {
  const parts = new Map<
    string,
    { readonly phase: string; readonly received: number; readonly total: number }
  >()
  let last = ""
  const key = (part: string, phase: string) => `${phase} ${part}`
  return {
    expect: (part, phase, total) => parts.set(key(part, phase), { phase, received: 0, total }),
    drop: (part, phase) => parts.delete(key(part, phase)),
    of: (part) => (phase, received, total) =>
      Effect.suspend(() => {
        parts.set(key(part, phase), { phase, received, total })
        const same = [...parts.values()].filter((other) => other.phase === phase)
        const progress = {
          model,
          phase,
          received: same.reduce((sum, part) => sum + part.received, 0),
          total: same.reduce((sum, part) => sum + part.total, 0)
        }
        const now = key(String(percent(progress)), phase)
        if (now === last) return Effect.void
        last = now
        return show(progress)
      })
  }
}
