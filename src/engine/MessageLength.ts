/** Longest message of a server, in bytes, here or elsewhere: pictures come as text in one. */
export const longest = 8 * 2 ** 20

/** What a server did that sends more, to go on from its name. */
export const tooLong = `sent a message of more than ${longest / 2 ** 20} MiB`

const [lineFeed, carriageReturn] = [0x0a, 0x0d]

/** How long the message is that a piece of a body ends in, in bytes. */
export type LengthAfter = (piece: Uint8Array) => number

/** Of a stream of events each event is a message; any other body is one message. */
export const after = (contentType: string | null | undefined): LengthAfter =>
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
