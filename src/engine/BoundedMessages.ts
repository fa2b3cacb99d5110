const [lineFeed, carriageReturn] = [0x0a, 0x0d]

/** How long a message may be: client libraries collect one whatever its length. */
export interface Limit {
  /** Bytes. */
  readonly longest: number
  readonly tooLong: () => Error
}

/** The response, except that a message that is too long ends its body with that failure. */
export const bounded = (response: Response, { longest, tooLong }: Limit): Response => {
  if (response.body === null) return response
  const { headers, status, statusText } = response
  const lengthAfter = measure(headers.get("content-type"))
  const pieces = response.body.getReader()
  // A transforming stream would be two, which cost more than what it does here.
  const limited = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { done, value } = await pieces.read()
      if (done) return controller.close()
      if (lengthAfter(value) <= longest) return controller.enqueue(value)
      const failure = tooLong()
      controller.error(failure)
      await pieces.cancel(failure)
    },
    cancel: (reason) => pieces.cancel(reason)
  })
  return new Response(limited, { headers, status, statusText })
}

/** How long the message is that a piece ends in, in bytes. */
type LengthAfter = (piece: Uint8Array) => number

/** Measures a body piece by piece. Of a stream of events each event is a message; anything else is one message. */
export const measure = (contentType: string | null): LengthAfter =>
  contentType?.includes("text/event-stream") === true ? ofEvent() : ofBody()

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
    for (let at = 0; at < piece.length; at++) {
      const byte = piece[at]!
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
