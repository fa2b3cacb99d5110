import { NotConnected } from "./NotConnected.ts"

/** Longest message of a server, in bytes, here or elsewhere: pictures come as text in one. */
export const longestMessage = 8 * 2 ** 20

const [lineFeed, carriageReturn] = [0x0a, 0x0d]

/** `fetch`, except that a message which is too long ends the body: the SDK would collect it whatever its length. */
export const fetch: typeof globalThis.fetch = (input, init) =>
  globalThis.fetch(input, init).then((response) => {
    if (response.body === null) return response
    // Of a stream of events each event is a message; anything else is one message.
    const isEvents = response.headers.get("content-type")?.includes("text/event-stream") === true
    const { headers, status, statusText } = response
    const lengthAfter = isEvents ? ofEvent() : ofBody()
    return new Response(response.body.pipeThrough(limit(lengthAfter)), { headers, status, statusText })
  })

/** How long the message is that a piece ends in, in bytes. */
type LengthAfter = (piece: Uint8Array) => number

const ofBody = (): LengthAfter => {
  let length = 0
  return (piece) => (length += piece.length)
}

/** An event ends with an empty line; a line ends with a line feed, a carriage return, or both. */
const ofEvent = (): LengthAfter => {
  let length = 0
  let isLineEmpty = true
  let before = 0
  return (piece) => {
    for (const byte of piece) {
      length++
      if (byte === lineFeed && before === carriageReturn) {
        // The line has ended already.
      } else if (byte === lineFeed || byte === carriageReturn) {
        if (isLineEmpty) length = 0
        isLineEmpty = true
      } else isLineEmpty = false
      before = byte
    }
    return length
  }
}

const limit = (lengthAfter: LengthAfter) =>
  new TransformStream<Uint8Array, Uint8Array>({
    transform: (piece, controller) => {
      if (lengthAfter(piece) <= longestMessage) controller.enqueue(piece)
      else
        controller.error(
          new NotConnected({
            reason: `it sent a message of more than ${longestMessage / 2 ** 20} MiB`,
            advice: "Ask it for less."
          })
        )
    }
  })
