import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as WhisperSegments from "../../src/asr/WhisperSegments.ts"

const second = 16_000

describe("WhisperSegments", () => {
  it("loses no sample and makes no segment longer than 20 s", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 * second }), (length) => {
        const samples = new Float32Array(length)
        for (let at = 0; at < length; at += 977) samples[at] = 1 + (at % 101)
        const segments = WhisperSegments.cut(samples)
        assert.isTrue(segments.every((segment) => segment.length <= 20 * second))
        const joined = new Float32Array(length)
        let at = 0
        for (const segment of segments) {
          joined.set(segment, at)
          at += segment.length
        }
        assert.strictEqual(at, length)
        assert.deepStrictEqual(joined, samples)
      }),
      { numRuns: 20 }
    )
  })

  it("cuts in a pause", () => {
    const samples = new Float32Array(40 * second).map((_, at) => Math.sin(at))
    samples.fill(0, 16 * second, 16.4 * second)
    const [first] = WhisperSegments.cut(samples)
    assert.isAbove(first!.length, 16 * second)
    assert.isBelow(first!.length, 16.4 * second)
  })

  it("puts half a second of silence on both sides", () => {
    const padded = WhisperSegments.padded(Float32Array.of(1, 1))
    assert.strictEqual(padded.length, second + 2)
    assert.deepStrictEqual([...padded.subarray(second / 2 - 1, second / 2 + 3)], [0, 1, 1, 0])
  })
})
