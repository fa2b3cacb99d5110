import { assert, describe, it } from "@effect/vitest"
import * as FloatSamples from "../../src/audio/FloatSamples.ts"

const convert = (samples: ReadonlyArray<number>, gain: Partial<FloatSamples.Gain> = {}) =>
  Array.from(FloatSamples.toInt16(Float32Array.from(samples), { normalize: false, volume: 1, ...gain }))

describe("FloatSamples", () => {
  it("makes 16-bit samples, and clips what is too loud", () => {
    assert.deepStrictEqual(convert([0, 0.5, -1, 2, -2]), [0, 16_384, -32_767, 32_767, -32_768])
  })

  it("makes the loudest sample as loud as it can be, and then as loud as is wanted", () => {
    assert.deepStrictEqual(convert([0.1, -0.2], { normalize: true }), [16_384, -32_767])
    assert.deepStrictEqual(convert([0.1, -0.2], { normalize: true, volume: 0.5 }), [8192, -16_383])
    assert.deepStrictEqual(convert([0.5], { volume: 0.5 }), [8192])
  })

  it("leaves silence silent", () => {
    assert.deepStrictEqual(convert([0, 0], { normalize: true }), [0, 0])
    assert.deepStrictEqual(convert([], { normalize: true }), [])
  })
})
