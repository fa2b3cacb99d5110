import * as Undici from "@effect/platform-node/Undici"
import { Duration } from "effect"
import * as BoundedMessages from "./BoundedMessages.ts"

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
    const response = await Undici.request(input instanceof Request ? input.url : input, {
      dispatcher,
      method: (init.method ?? "GET") as Undici.Dispatcher.HttpMethod,
      headers: Object.fromEntries(new Headers(init.headers)),
      body: (init.body ?? null) as string | null,
      signal: init.signal ?? null,
      headersTimeout: Duration.toMillis(beforeAnswer),
      bodyTimeout: Duration.toMillis(longestSilence.withinAnswer)
    }).catch((cause: unknown) => {
      if (init.signal?.aborted === true) throw cause
      throw new TypeError("fetch failed", { cause })
    })
    const status = response.statusCode
    const isBare = withoutBody.has(status)
    if (isBare) await response.body.dump()
    const headers = new Headers(entries(response.headers))
    return new Response(isBare ? null : stream(response.body, failureOf(headers, message)), {
      status,
      headers
    })
  }

/** Statuses that `Response` refuses to have a body with. */
const withoutBody: ReadonlySet<number> = new Set([204, 205, 304])

type Body = Undici.Dispatcher.ResponseData["body"]

/** What is wrong with the message that a piece belongs to, if anything is. */
type FailureOf = (piece: Uint8Array) => Error | undefined

const failureOf = (headers: Headers, limit: BoundedMessages.Limit | undefined): FailureOf => {
  if (limit === undefined) return () => undefined
  const lengthAfter = BoundedMessages.measure(headers.get("content-type"))
  return (piece) => (lengthAfter(piece) > limit.longest ? limit.tooLong() : undefined)
}

/** One stream for everything: each one that a piece goes through costs as much as what is done with it there. */
const stream = (body: Body, failureOf: FailureOf): ReadableStream<Uint8Array> => {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await chunks.next()
      if (done === true) return controller.close()
      const failure = failureOf(value)
      if (failure === undefined) return controller.enqueue(value)
      controller.error(failure)
      body.destroy()
    },
    cancel: () => void body.destroy()
  })
}

const entries = (headers: Undici.Dispatcher.ResponseData["headers"]): Array<[string, string]> =>
  Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one): [string, string] => [name, one])
  )
