import type * as Undici from "@effect/platform-node/Undici"
import { Duration } from "effect"
import * as Abort from "../supervision/Abort.ts"
import * as BoundedMessages from "./BoundedMessages.ts"
import * as HttpExchange from "./HttpExchange.ts"

/** A model on a slow machine reads a long conversation before its first word; afterwards it goes on steadily. */
export const longestSilence = { beforeAnswer: Duration.seconds(120), withinAnswer: Duration.seconds(60) }

export interface Options {
  readonly beforeAnswer?: Duration.DurationInput
  /** A message of the answer that is too long ends its body with that failure. */
  readonly message?: BoundedMessages.Limit
}

/**
 * `fetch` for the AI SDK, with what it uses of it: Node's own costs as much as all that the SDK does with the answer.
 * Fails like that one, with a `TypeError` whose `cause` says why. A redirect is an answer like any other: following it
 * could take the key to another server.
 */
export const over =
  (
    dispatcher: Undici.Dispatcher,
    { beforeAnswer = longestSilence.beforeAnswer, message }: Options = {}
  ): typeof fetch =>
  async (input, init = {}) => {
    const signal = init.signal ?? undefined
    const abort = () => exchange.abort(signal?.reason as Error)
    const exchange = HttpExchange.begin(
      dispatcher,
      {
        url: input instanceof Request ? input.url : input,
        method: (init.method ?? "GET") as Undici.Dispatcher.HttpMethod,
        headers: Object.fromEntries(new Headers(init.headers)),
        body: (init.body ?? null) as string | null,
        headersTimeout: Duration.toMillis(beforeAnswer),
        bodyTimeout: Duration.toMillis(longestSilence.withinAnswer)
      },
      () => signal?.removeEventListener("abort", abort)
    )
    if (signal?.aborted === true) abort()
    else if (exchange.end === undefined) signal?.addEventListener("abort", abort)
    const { headers, status } = await answered(exchange, signal)
    const shown = new Headers(entries(headers))
    if (!withoutBody.has(status))
      return new Response(stream(exchange, failureOf(shown, message)), { status, headers: shown })
    // Which ends nothing but a body that should not be there.
    exchange.abort(Abort.over)
    return new Response(null, { status, headers: shown })
  }

/** Statuses that `Response` refuses to have a body with. */
const withoutBody: ReadonlySet<number> = new Set([204, 205, 304])

const answered = (exchange: HttpExchange.HttpExchange, signal: AbortSignal | undefined) =>
  // The AI SDK takes a promise, and calls this outside of any fiber.
  // oxlint-disable-next-line supervision/no-bare-async
  new Promise<HttpExchange.Head>((resolve, reject) =>
    exchange.when<HttpExchange.Head | HttpExchange.End>(
      () => exchange.head ?? exchange.end,
      (found) => {
        if ("status" in found) return resolve(found)
        const { cause } = found
        reject(signal?.aborted === true ? cause : new TypeError("fetch failed", { cause }))
      }
    )
  )

/** What is wrong with the message that a piece belongs to, if anything is. */
type FailureOf = (piece: Uint8Array) => Error | undefined

const failureOf = (headers: Headers, limit: BoundedMessages.Limit | undefined): FailureOf => {
  if (limit === undefined) return () => undefined
  const lengthAfter = BoundedMessages.measure(headers.get("content-type"))
  return (piece) => (lengthAfter(piece) > limit.longest ? limit.tooLong() : undefined)
}

/** One stream for everything: each one that a piece goes through costs as much as what is done with it there. */
const stream = (exchange: HttpExchange.HttpExchange, failureOf: FailureOf): ReadableStream<Uint8Array> => {
  const give = (controller: ReadableStreamDefaultController<Uint8Array>): void =>
    exchange.when<Uint8Array | HttpExchange.End>(
      () => exchange.take() ?? exchange.end,
      (found) => {
        if ("isComplete" in found)
          return found.isComplete ? controller.close() : controller.error(found.cause)
        const failure = failureOf(found)
        if (failure === undefined) return controller.enqueue(found)
        controller.error(failure)
        exchange.abort(failure)
      }
    )
  return new ReadableStream({ pull: give, cancel: () => exchange.abort(Abort.over) })
}

const entries = (headers: HttpExchange.Head["headers"]): Array<[string, string]> =>
  Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one): [string, string] => [name, one])
  )
