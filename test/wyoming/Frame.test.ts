import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { Unanswered } from "../../src/engine/RemoteFailure.ts"
import { english } from "../../src/language/Text.ts"
import * as Frame from "../../src/wyoming/Frame.ts"

const frame = fc.record({
  type: fc.string({ unit: "binary" }),
  data: fc.dictionary(
    fc.string({ unit: "binary" }).filter((key) => key !== "__proto__"),
    fc.jsonValue()
  ),
  payload: fc.uint8Array({ maxLength: 300 })
})

/** Bytes in pieces of these lengths, the last of them taken again and again. */
const split = (bytes: Uint8Array, lengths: ReadonlyArray<number>) => {
  const pieces: Array<Uint8Array> = []
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = lengths[Math.min(turn, lengths.length - 1)]!
    pieces.push(bytes.subarray(at, at + length))
    at += length
  }
  return pieces
}

/** What a decoder gives when it is asked after each piece. */
const decodeAll = (pieces: ReadonlyArray<Uint8Array>) => {
  const decoder = Frame.decoder()
  const found: Array<Frame.Frame> = []
  for (const piece of pieces) {
    decoder.push(piece)
    for (let next = decoder.next(); next !== undefined; next = decoder.next()) {
      if (next instanceof Unanswered) return next
      found.push(next)
    }
  }
  return found
}

const text = (...parts: ReadonlyArray<string>) => parts.map((part) => new TextEncoder().encode(part))

/** A value as JSON has it. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe("frames", () => {
  it("come back as they were written, wherever their bytes are cut", () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }),
        (frames, lengths) => {
          const bytes = Buffer.concat(frames.map(Frame.encode))
          const found = decodeAll(split(bytes, lengths)) as ReadonlyArray<Frame.Frame>
          assert.deepStrictEqual(
            found.map(({ data, payload, type }) => ({ type, data, payload: [...payload] })),
            frames.map(({ data, payload, type }) => ({
              type: plain(type) as string,
              data: plain(data) as Frame.Frame["data"],
              payload: [...payload]
            }))
          )
        }
      )
    )
  })

  it("are those that other writers write", () => {
    const found = decodeAll(
      text(
        '{"type": "transcript", "data": {"text": "in the line", "language": "en"}}\n',
        '{"type": "audio-chunk", "version": "1.8.0", "data": {"rate": 1}, "data_length": 15, "payload_length": 3}\n{"rate": 16000}abc',
        '{"type": "audio-stop", "data_length": null, "payload_length": 0}\n'
      )
    ) as ReadonlyArray<Frame.Frame>
    assert.deepStrictEqual(
      found.map(({ data, payload, type }) => [type, data, Buffer.from(payload).toString()]),
      [
        ["transcript", { text: "in the line", language: "en" }, ""],
        ["audio-chunk", { rate: 16_000 }, "abc"],
        ["audio-stop", {}, ""]
      ]
    )
  })

  it("that are none are told apart from those that are too long, and neither is waited for", () => {
    for (const [bytes, detail] of [
      ["HTTP/1.1 400 Bad Request\r\n", undefined],
      ["\n", undefined],
      ["[]\n", undefined],
      ['{"data": {}}\n', undefined],
      ['{"type": "info", "data_length": -1}\n', undefined],
      ['{"type": "info", "data_length": 1.5}\n', undefined],
      ['{"type": "info", "data_length": 3}\n{"a', undefined],
      ['{"type": "info", "data_length": 4}\ntrue', undefined],
      ["x".repeat(2 ** 20 + 1), "sent more than 1 MiB"],
      ['{"type": "info", "data_length": 4194305}\n', "sent more than 4 MiB"],
      ['{"type": "audio-chunk", "payload_length": 99999999999}\n', "sent more than 16 MiB"]
    ] as const) {
      const failure = decodeAll(text(bytes))
      assert.instanceOf(failure, Unanswered, bytes.slice(0, 60))
      const { detail: told, reason } = failure as Unanswered
      assert.strictEqual(reason, "unreadable")
      assert.strictEqual(told === undefined ? undefined : english(told), detail)
    }
  })

  it("of many small pieces take no time that grows with the square of their length", () => {
    const decoder = Frame.decoder()
    const big = Frame.encode({ type: "audio-chunk", data: {}, payload: new Uint8Array(8 * 2 ** 20) })
    for (let at = 0; at < big.length; at += 64) {
      decoder.push(big.subarray(at, at + 64))
      if (at + 64 < big.length) assert.isUndefined(decoder.next())
    }
    const whole = decoder.next() as Frame.Frame
    assert.strictEqual(whole.payload.length, 8 * 2 ** 20)
  })
})
