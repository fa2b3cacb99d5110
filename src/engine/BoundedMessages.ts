const [lineFeed, carriageReturn] = [0x0a, 0x0d]

/**
 * The response, except that a message of more than `longest` bytes ends its body with that failure: client libraries
 * collect a message whatever its length. Of a stream of events each event is a message; anything else is one message.
 */
export const bounded = (response: Response, longest: number, tooLong: () => Error): Response => {
  if (response.body === null) return response
  const isEvents = response.headers.get("content-type")?.includes("text/event-stream") === true
  const { headers, status, statusText } = response
  const lengthAfter = isEvents ? ofEvent() : ofBody()
  const limit = new TransformStream<Uint8Array, Uint8Array>({
    transform: (piece, controller) => {
      if (lengthAfter(piece) <= longest) controller.enqueue(piece)
      else controller.error(tooLong())
    }
  })
  return new Response(response.body.pipeThrough(limit), { headers, status, statusText })
}

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
