import { Duration, Effect, Schedule, Schema } from "effect"
import * as ErrorCode from "../models/ErrorCode.ts"
import { say, Words } from "../language/Text.ts"
import * as Again from "../supervision/Again.ts"

/** What the service's own code says, where it says more than a status of HTTP does. */
export const Kind = Schema.Literal("key", "model", "quota", "busy", "down", "other")
export type Kind = typeof Kind.Type

/** A status other than 2xx, or the service's own code for a refusal, with what the server said. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", {
  status: Schema.Number,
  said: Schema.String,
  kind: Schema.optional(Kind),
  /** Where a redirect leads. */
  location: Schema.optional(Schema.String),
  /** How long the server wants to be left alone, in ms. */
  pauseMs: Schema.optional(Schema.Number)
}) {}

/** There was no answer, or it is none, or not a whole one. `detail` goes on from the server's name: "sent …". */
export class Unanswered extends Schema.TaggedError<Unanswered>()("Unanswered", {
  reason: Schema.Literal("no-connection", "too-slow", "broken-off", "unreadable", "empty"),
  detail: Schema.optional(Words),
  cause: Schema.optional(Schema.Defect)
}) {}

/** The service itself says that it failed. */
export class Reported extends Schema.TaggedError<Reported>()("Reported", {
  said: Words,
  advice: Schema.optional(Words)
}) {}

/** A server that was silent for so long. */
export const tooSlow = (silence: Duration.Duration) =>
  new Unanswered({ reason: "too-slow", detail: say("engine.silentFor", Duration.toSeconds(silence)) })

/** A server that has begun to answer, and was not done after so long. */
export const tooLong = (patience: Duration.Duration) =>
  new Unanswered({ reason: "too-slow", detail: say("engine.notDoneAfter", Duration.toSeconds(patience)) })

export type RemoteFailure = Refused | Unanswered | Reported

const isRemoteFailure = (error: unknown): error is RemoteFailure =>
  error instanceof Refused || error instanceof Unanswered || error instanceof Reported

/** An error of a connection, whoever threw it, and whatever a client library has wrapped around it. */
export const ofConnection = (cause: unknown): RemoteFailure =>
  within(cause) ?? new Unanswered({ reason: "no-connection", cause })

/** The failure that is the error, or that lies below it as its cause. */
export const within = (error: unknown): RemoteFailure | undefined => {
  if (isRemoteFailure(error)) return error
  return error instanceof Error && error.cause !== undefined ? within(error.cause) : undefined
}

/** A server that asks for a longer pause than this is not waited for, in ms. */
const longestPause = 5000

/** Whether the same request may well succeed in a moment: overload or a lost connection, not a wrong address or key. */
const mayPass = (failure: RemoteFailure): boolean => {
  if (failure._tag === "Refused") return isPassing(failure) && (failure.pauseMs ?? 0) <= longestPause
  if (failure._tag !== "Unanswered") return false
  return failure.reason === "broken-off" || (failure.reason === "no-connection" && isLost(failure.cause))
}

const isPassing = ({ kind, status }: Refused): boolean =>
  kind === undefined ? status === 429 || status >= 500 : kind === "busy" || kind === "down"

/**
 * Repeats a request that failed with what may pass, as long as nothing of the answer has come; after the pause that the
 * server asks for, if it asks for one. `isInVain`: what does not pass for all that.
 */
export const retried = <A, R>(
  attempt: Effect.Effect<A, RemoteFailure, R>,
  times = 2,
  isInVain: (failure: RemoteFailure) => boolean = () => false
): Effect.Effect<A, RemoteFailure, R> =>
  Again.retry(attempt, {
    schedule: Schedule.intersect(pauses, Schedule.recurs(times)),
    while: (failure) => mayPass(failure) && !isInVain(failure)
  })

const pauses = Schedule.exponential("300 millis").pipe(
  Schedule.jittered,
  Schedule.zipRight(Schedule.identity<RemoteFailure>()),
  Schedule.modifyDelay((failure, pause) =>
    failure._tag === "Refused" && failure.pauseMs !== undefined ? Duration.millis(failure.pauseMs) : pause
  )
)

/** The error code of a connection, such as `ECONNREFUSED`; "" if there is none. */
export const codeOf = (cause: unknown): string => ErrorCode.of(cause) ?? ""

/** Codes of connections that were there and that the other side has closed: a new one may well be served. */
export const lost: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"])

/** Whether the connection was there and went away. */
export const isLost = (cause: unknown): boolean => lost.has(codeOf(cause))

/** Longest address that a redirect may lead to, in characters. */
const longestRedirect = 500

/** Where a redirect leads; nothing for what is no web address, or too long to be told. */
export const redirectOf = (location: string | undefined, from: string): URL | undefined => {
  if (location === undefined || location.length > longestRedirect) return undefined
  const to = URL.canParse(location, from) ? new URL(location, from) : undefined
  return to !== undefined && /^https?:$/.test(to.protocol) ? to : undefined
}

/** The host of an address, for people: the rest of it may hold secrets. */
export const hostOf = (address: string, otherwise: Words = say("engine.configuredAddress")): Words =>
  (URL.canParse(address) && new URL(address).host) || otherwise
