import { NotConnected } from "./NotConnected.ts"

/** Longest message of a server, in bytes, here or elsewhere: pictures come as text in one. */
export const longestMessage = 8 * 2 ** 20

const newline = 0x0a

/** `fetch`, except that a message which is too long ends the body: the SDK would collect it whatever its length. */
export const fetch: typeof globalThis.fetch = (input, init) =>
  globalThis.fetch(input, init).then((response) => {
    if (response.body === null) return response
    // Of a stream of events each line is a message, or a part of one; anything else is one message.
    const isEvents = response.headers.get("content-type")?.includes("text/event-stream") === true
    const { headers, status, statusText } = response
    return new Response(response.body.pipeThrough(limit(isEvents)), { headers, status, statusText })
  })

const limit = (perLine: boolean) => {
  let length = 0
  return new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      const end = perLine ? chunk.lastIndexOf(newline) : -1
      length = end === -1 ? length + chunk.length : chunk.length - end - 1
      if (length <= longestMessage) controller.enqueue(chunk)
      else
        controller.error(
          new NotConnected({
            reason: `it sent a message of more than ${longestMessage / 2 ** 20} MiB`,
            advice: "Ask it for less."
          })
        )
    }
  })
}
