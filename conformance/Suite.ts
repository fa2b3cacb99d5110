import { AssertionError } from "node:assert"
import { Cause, Duration, Effect, Option, Schedule } from "effect"
import { TooLate } from "./Row.ts"
import type { Need, Row } from "./Row.ts"
import * as AiSpeakSignal from "./rows/AiSpeakSignal.ts"
import * as Audio from "./rows/Audio.ts"
import * as Characters from "./rows/Characters.ts"
import * as GroupTurn from "./rows/GroupTurn.ts"
import * as Groups from "./rows/Groups.ts"
import * as History from "./rows/History.ts"
import * as HistoryExtensions from "./rows/HistoryExtensions.ts"
import * as Http from "./rows/Http.ts"
import * as Interrupt from "./rows/Interrupt.ts"
import * as Kiosk from "./rows/Kiosk.ts"
import * as Malformed from "./rows/Malformed.ts"
import * as Microphone from "./rows/Microphone.ts"
import * as Opening from "./rows/Opening.ts"
import * as Playback from "./rows/Playback.ts"
import * as Proxy from "./rows/Proxy.ts"
import * as TextInput from "./rows/TextInput.ts"
import * as Turn from "./rows/Turn.ts"
import * as WebPage from "./rows/WebPage.ts"
import * as Subject from "./Subject.ts"
import * as Talk from "./Talk.ts"

/** Every row, in the order in which they are tried. */
export const rows: ReadonlyArray<Row> = [
  Opening,
  Malformed,
  TextInput,
  Turn,
  Audio,
  Microphone,
  AiSpeakSignal,
  Interrupt,
  Playback,
  History,
  HistoryExtensions,
  Characters,
  Kiosk,
  Groups,
  GroupTurn,
  Proxy,
  WebPage,
  Http,
  { rows: TextInput.last }
].flatMap(({ rows }) => rows)

export type Verdict = "passed" | "failed" | "left out"

export interface Result {
  readonly row: Row
  readonly verdict: Verdict
  /** Why it failed, or what it needs. */
  readonly reason: string | undefined
  readonly ms: number
}

export interface Options {
  /** Only rows whose message or title has this in it. */
  readonly only: Option.Option<string>
  readonly without: ReadonlyArray<Need>
}

/** No row takes longer than this: a failed one waits for what doesn't come. */
const limit = Duration.seconds(90)

const reasonOf = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  if (error instanceof AssertionError) return error.message
  return error instanceof Error ? error.message : String(error)
}

/** A server that died of the row before has as long to come back, by whatever keeps it. */
const reachable = ({ patience, url }: Subject.Target) =>
  Effect.tryPromise(() => fetch(url)).pipe(
    Effect.retry(Schedule.spaced("250 millis")),
    Effect.timeoutFail({
      duration: patience,
      onTimeout: () => new TooLate({ message: `nothing answers at ${url}` })
    })
  )

/** Tries one row, with clients of its own. A message of a wrong shape fails it, whatever it is about. */
const attempt = (row: Row, target: Subject.Target) =>
  Effect.gen(function* () {
    const subject = Subject.of(target)
    yield* reachable(target)
    yield* row.check(subject)
    const malformed = yield* Effect.forEach(subject.talks, (talk) => talk.malformed)
    const [first] = malformed.flat()
    if (first !== undefined) return yield* Effect.dieMessage(first)
  }).pipe(
    Effect.scoped,
    Effect.timeoutFail({
      duration: limit,
      onTimeout: () => new TooLate({ message: `did not come to an end within ${Duration.format(limit)}` })
    }),
    Effect.sandbox,
    Effect.match({ onFailure: reasonOf, onSuccess: () => undefined }),
    Effect.timed,
    Effect.map(([duration, reason]): Result => ({
      row,
      verdict: reason === undefined ? "passed" : "failed",
      reason,
      ms: Math.round(Duration.toMillis(duration))
    }))
  )

const isChosen = (row: Row, only: Option.Option<string>) =>
  Option.match(only, {
    onNone: () => true,
    onSome: (text) => `${row.about} ${row.title}`.toLowerCase().includes(text.toLowerCase())
  })

/** The extensions that the server announces: none if it does not greet. */
const announced = (target: Subject.Target) =>
  reachable(target).pipe(
    Effect.zipRight(Subject.of(target).connect()),
    Effect.map(({ opening }) => Talk.ofType(opening, "set-model-and-conf")[0]?.extensions),
    Effect.scoped,
    Effect.orElseSucceed(() => undefined),
    Effect.map((extensions) => new Set(Object.keys(extensions ?? {})))
  )

/** Tries the rows one after the other. */
export const run = Effect.fnUntraced(function* (target: Subject.Target, { only, without }: Options) {
  const chosen = rows.filter((row) => isChosen(row, only))
  const extensions = chosen.some(({ extension }) => extension !== undefined)
    ? yield* announced(target)
    : new Set<string>()
  return yield* Effect.forEach(chosen, (row): Effect.Effect<Result> => {
    const leftOut = (reason: string) =>
      Effect.succeed({ row, verdict: "left out", reason, ms: 0 } satisfies Result)
    const lacking = row.needs.filter((need) => without.includes(need))
    if (lacking.length > 0) return leftOut(`needs ${lacking.join(", ")}`)
    if (row.extension !== undefined && !extensions.has(row.extension))
      return leftOut(`the server announces no ${row.extension}`)
    return attempt(row, target)
  })
})
