import * as Undici from "@effect/platform-node/Undici"
import { Clock, Duration, Effect, Option } from "effect"
import type { Scope } from "effect"
import * as HttpExchange from "./HttpExchange.ts"
import * as RemoteFailure from "./RemoteFailure.ts"
import * as RetryAfter from "./RetryAfter.ts"
import * as Abort from "../supervision/Abort.ts"
import * as Finalizer from "../supervision/Finalizer.ts"
import { say } from "../language/Text.ts"

/** Bytes of what a server says of its refusal. */
const longestExcuse = 64 * 2 ** 10
/** How long that is waited for: the status says the most. */
const excusePatience = "2 seconds"

export interface Request {
  readonly url: string
  /** Defaults to POST. */
  readonly method?: "GET" | "POST"
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | Undici.FormData
  readonly query?: Readonly<Record<string, string>>
}

/** A form with a file in it; texts that are missing or empty are left out. */
export const form = (
  texts: Readonly<Record<string, string | undefined>>,
  file: { readonly key: string; readonly name: string; readonly content: Blob }
): Undici.FormData => {
  const fields = new Undici.FormData()
  fields.set(file.key, file.content, file.name)
  for (const [key, text] of Object.entries(texts))
    if (text !== undefined && text !== "") fields.set(key, text)
  return fields
}

/** An answer that has begun: its status was 2xx. */
export interface Answer {
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  /** The next bytes of the body; `undefined` when it has ended. One caller at a time. */
  readonly next: Effect.Effect<Uint8Array | undefined, RemoteFailure.RemoteFailure>
}

/**
 * Sends a request, without Effect's own HTTP client, whose layers cost as much again as the request. A redirect is an
 * answer like any other: following it could take a key to another server. Closing the scope aborts what is under way.
 * How long it takes is limited by the caller. `longest`: most bytes of the body.
 */
export const open = (
  dispatcher: Undici.Dispatcher,
  request: Request,
  longest: number
): Effect.Effect<Answer, RemoteFailure.RemoteFailure, Scope.Scope> =>
  Effect.flatMap(sent(dispatcher, request), (exchange) => {
    const answered = when<HttpExchange.Head>(exchange, () => {
      const { end, head } = exchange
      if (head !== undefined) return Effect.succeed(head)
      return end && Effect.fail(RemoteFailure.ofConnection(end.cause))
    })

    const read = when<Uint8Array | undefined>(exchange, () => {
      const bytes = exchange.take()
      if (bytes !== undefined) return Effect.succeed(bytes)
      const { end } = exchange
      if (end?.isComplete === true) return Effect.succeed(undefined)
      return end && new RemoteFailure.Unanswered({ reason: "broken-off", cause: end.cause })
    })

    let size = 0
    const next = Effect.flatMap(read, (bytes) => {
      size += bytes?.byteLength ?? 0
      return size > longest
        ? new RemoteFailure.Unanswered({
            reason: "unreadable",
            detail: say("engine.sentTooMuch", longest / 2 ** 20)
          })
        : Effect.succeed(bytes)
    })

    return Effect.flatMap(answered, (head) =>
      head.status >= 200 && head.status < 300
        ? Effect.succeed({ headers: head.headers, next })
        : refusal(head, read)
    )
  })

type Found<A> = Effect.Effect<A, RemoteFailure.RemoteFailure>

/** What is to be found in an exchange, as soon as it is there. */
const when = <A>(exchange: HttpExchange.HttpExchange, find: () => Found<A> | undefined): Found<A> =>
  Effect.suspend(
    () => find() ?? Effect.async<A, RemoteFailure.RemoteFailure>((resume) => exchange.when(find, resume))
  )

/** Closing the scope breaks it off. */
const sent = (dispatcher: Undici.Dispatcher, { body, headers, method = "POST", query, url }: Request) =>
  Effect.uninterruptible(
    Effect.suspend(() => {
      const exchange = HttpExchange.begin(dispatcher, {
        url,
        method,
        // The limits are those of this caller.
        headersTimeout: 0,
        bodyTimeout: 0,
        headers,
        body: body ?? null,
        ...(query === undefined ? {} : { query })
      })
      const abort = Effect.sync(() => exchange.abort(Abort.over))
      return Effect.as(Finalizer.add(abort), exchange)
    })
  )

const refusal = Effect.fnUntraced(function* (
  { headers, status }: HttpExchange.Head,
  read: Effect.Effect<Uint8Array | undefined, RemoteFailure.RemoteFailure>
) {
  const said = yield* excuse(read)
  const pause = RetryAfter.pauseOf(headers, yield* Clock.currentTimeMillis)
  const location = headers["location"]
  return yield* new RemoteFailure.Refused({
    status,
    said,
    ...(Option.isSome(pause) ? { pauseMs: Duration.toMillis(pause.value) } : {}),
    ...(typeof location === "string" ? { location } : {})
  })
})

/** What a server says of its refusal, as far as that comes in time. */
export const excuse = <E>(read: Effect.Effect<Uint8Array | undefined, E>): Effect.Effect<string> =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    const gather = Effect.gen(function* () {
      for (let size = 0; size <= longestExcuse;) {
        const bytes = yield* read
        if (bytes === undefined) break
        chunks.push(bytes)
        size += bytes.byteLength
      }
    })
    return gather.pipe(
      Effect.timeoutOption(excusePatience),
      Effect.ignore,
      Effect.map(() => Buffer.concat(chunks).toString())
    )
  })

/** The whole of a body, as text. */
export const text = ({ next }: Answer): Effect.Effect<string, RemoteFailure.RemoteFailure> =>
  Effect.map(whole(next), (bytes) => bytes.toString())

const whole = <E>(next: Effect.Effect<Uint8Array | undefined, E>) =>
  Effect.gen(function* () {
    const chunks: Array<Uint8Array> = []
    for (let bytes = yield* next; bytes !== undefined; bytes = yield* next) chunks.push(bytes)
    return Buffer.concat(chunks)
  })
