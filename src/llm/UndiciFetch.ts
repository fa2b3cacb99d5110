import * as Undici from "@effect/platform-node/Undici"

/** Redirects that are followed; the key is not sent on to another host. */
const maxRedirections = 5

/**
 * `fetch` for the AI SDK, with what it uses of it: Node's own costs as much as all that the SDK does with the answer.
 * Fails like that one, with a `TypeError` whose `cause` says why.
 */
export const over = (dispatcher: Undici.Dispatcher): typeof fetch => {
  const following = dispatcher.compose(Undici.interceptors.redirect({ maxRedirections }))
  return async (input, init = {}) => {
    const response = await Undici.request(input instanceof Request ? input.url : input, {
      dispatcher: following,
      method: (init.method ?? "GET") as Undici.Dispatcher.HttpMethod,
      headers: Object.fromEntries(new Headers(init.headers)),
      body: (init.body ?? null) as string | null,
      signal: init.signal ?? null
    }).catch((cause: unknown) => {
      if (init.signal?.aborted === true) throw cause
      throw new TypeError("fetch failed", { cause })
    })
    return new Response(stream(response.body), {
      status: response.statusCode,
      headers: new Headers(entries(response.headers))
    })
  }
}

type Body = Undici.Dispatcher.ResponseData["body"]

const stream = (body: Body): ReadableStream<Uint8Array> => {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await chunks.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
    cancel: () => void body.destroy()
  })
}

const entries = (headers: Undici.Dispatcher.ResponseData["headers"]): Array<[string, string]> =>
  Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one): [string, string] => [name, one])
  )
