import { Option, Schema } from "effect"
import { Unanswered } from "../engine/RemoteFailure.ts"
import { say } from "../language/Text.ts"

/** One message of the protocol: what it is, what it tells, and sound if it carries any. */
export interface Frame {
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
  readonly payload: Uint8Array
}

/** The version of the protocol that frames are written by; readers do not look at it. */
const version = "1.8.0"

const mebibyte = 2 ** 20
/** Bytes of the parts of a frame: a list of some hundred voices has 100 kB, a whole sentence at once a few MB. */
const longestHeader = mebibyte
const longestData = 4 * mebibyte
const longestPayload = 16 * mebibyte

const nothing = new Uint8Array(0)
const newline = 0x0a

/** A line of JSON, then `data` as JSON, then the payload, both of the length that the line says. */
export const encode = ({ data, payload, type }: Frame): Uint8Array => {
  const hasData = Object.keys(data).length > 0
  const body = hasData ? Buffer.from(JSON.stringify(data)) : nothing
  const header = {
    type,
    version,
    ...(hasData ? { data_length: body.length } : {}),
    ...(payload.length > 0 ? { payload_length: payload.length } : {})
  }
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), body, payload])
}

const Data = Schema.Record({ key: Schema.String, value: Schema.Unknown })
const length = Schema.NullishOr(Schema.NonNegativeInt)

/** Older writers put the data into the line itself; where both are, what comes behind the line counts. */
const Header = Schema.parseJson(
  Schema.Struct({
    type: Schema.String,
    data: Schema.NullishOr(Data),
    data_length: length,
    payload_length: length
  }).pipe(Schema.partial)
)
const decodeHeader = Schema.decodeOption(Header)
const decodeData = Schema.decodeOption(Schema.parseJson(Data))

interface Head {
  readonly type: string
  readonly data: Frame["data"]
  readonly dataLength: number
  readonly payloadLength: number
}

/** Puts frames together from bytes as they come. After a failure it is of no use any more: nobody knows where the next frame begins. */
export interface Decoder {
  readonly push: (bytes: Uint8Array) => void
  /** The next whole frame, if there is one. */
  readonly next: () => Frame | Unanswered | undefined
}

const unreadable = new Unanswered({ reason: "unreadable" })
const tooLong = (limit: number) =>
  new Unanswered({ reason: "unreadable", detail: say("engine.sentTooMuch", limit / mebibyte) })

export const decoder = (): Decoder => {
  let held: Array<Uint8Array> = []
  let length = 0
  /** Where the line that is being read ends, in the bytes that are held; -1 until that has come. */
  let lineEnd = -1
  let head: Head | undefined

  const whole = (): Uint8Array => {
    if (held.length > 1) held = [Buffer.concat(held)]
    return held[0] ?? nothing
  }
  const take = (count: number): Uint8Array => {
    const bytes = whole()
    length -= count
    held = length === 0 ? [] : [bytes.subarray(count)]
    return bytes.subarray(0, count)
  }

  const readHead = (): Head | Unanswered | undefined => {
    if (lineEnd < 0) return length > longestHeader ? tooLong(longestHeader) : undefined
    if (lineEnd > longestHeader) return tooLong(longestHeader)
    const line = Buffer.from(take(lineEnd + 1)).toString()
    lineEnd = whole().indexOf(newline)
    const header = Option.getOrUndefined(decodeHeader(line))
    if (header?.type === undefined) return unreadable
    const dataLength = header.data_length ?? 0
    const payloadLength = header.payload_length ?? 0
    if (dataLength > longestData) return tooLong(longestData)
    if (payloadLength > longestPayload) return tooLong(longestPayload)
    return { type: header.type, data: header.data ?? {}, dataLength, payloadLength }
  }

  const next = (): Frame | Unanswered | undefined => {
    if (head === undefined) {
      const read = readHead()
      if (read === undefined || read instanceof Unanswered) return read
      head = read
    }
    const { data, dataLength, payloadLength, type } = head
    if (length < dataLength + payloadLength) return undefined
    const told = dataLength === 0 ? Option.some({}) : decodeData(Buffer.from(take(dataLength)).toString())
    if (Option.isNone(told)) return unreadable
    // A copy: a part would keep all that came with it.
    const payload = payloadLength === 0 ? nothing : Uint8Array.from(take(payloadLength))
    head = undefined
    lineEnd = whole().indexOf(newline)
    return { type, data: { ...data, ...told.value }, payload }
  }

  return {
    push: (bytes) => {
      if (lineEnd < 0 && head === undefined) {
        const at = bytes.indexOf(newline)
        if (at >= 0) lineEnd = length + at
      }
      held.push(bytes)
      length += bytes.length
    },
    next
  }
}
