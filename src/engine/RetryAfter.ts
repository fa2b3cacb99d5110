import { Duration, Option } from "effect"

/** How long a service wants to be left alone: `retry-after-ms`, or `retry-after` in seconds or as a date (RFC 9110, 10.2.3). */
export const pauseOf = (
  headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>,
  now: number
): Option.Option<Duration.Duration> => {
  const ms = Number(textOf(headers["retry-after-ms"]) || Number.NaN)
  if (Number.isFinite(ms) && ms >= 0) return Option.some(Duration.millis(ms))
  const after = textOf(headers["retry-after"])
  if (after === "") return Option.none()
  const seconds = Number(after)
  const until = Number.isFinite(seconds) ? now + seconds * 1000 : Date.parse(after)
  return Number.isNaN(until) ? Option.none() : Option.some(Duration.millis(Math.max(0, until - now)))
}

const textOf = (header: string | ReadonlyArray<string> | undefined): string =>
  (typeof header === "string" ? header : (header?.[0] ?? "")).trim()
