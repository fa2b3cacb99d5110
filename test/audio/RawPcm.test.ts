import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as RawPcm from "../../src/audio/RawPcm.ts"

const of16 = (...samples: ReadonlyArray<number>) => new Uint8Array(Int16Array.from(samples).buffer)

describe("RawPcm", () => {
  it("gives the same samples however the bytes are cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -32_768, max: 32_767 }), { maxLength: 50 }),
        fc.integer({ min: 1, max: 7 }),
        (samples, length) => {
          const bytes = of16(...samples)
          const read = RawPcm.reader({ width: 2, channels: 1 })
          const found: Array<number> = []
          for (let at = 0; at < bytes.length; at += length)
            found.push(...read(bytes.subarray(at, at + length)))
          assert.deepStrictEqual(found, samples)
        }
      )
    )
  })

  it("takes the middle of several channels, and the upper bits of other widths", () => {
    assert.deepStrictEqual([...RawPcm.reader({ width: 2, channels: 2 })(of16(100, 300, -5, 5))], [200, 0])
    assert.deepStrictEqual(
      [...RawPcm.reader({ width: 1, channels: 1 })(Uint8Array.of(128, 255, 0))],
      [0, 127 << 8, -128 << 8]
    )
    assert.deepStrictEqual(
      [...RawPcm.reader({ width: 3, channels: 1 })(Uint8Array.of(9, 0x34, 0x12))],
      [0x1234]
    )
    assert.deepStrictEqual(
      [...RawPcm.reader({ width: 4, channels: 1 })(Uint8Array.of(9, 9, 0x34, 0x12))],
      [0x1234]
    )
  })
})
