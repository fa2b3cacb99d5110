import { assert, describe, it } from "@effect/vitest"
import * as Window from "../../src/vad/Window.ts"

describe("Window", () => {
  it("measures loudness in dB over one step of 16 bits", () => {
    assert.strictEqual(Window.decibels(new Float32Array(512)), 0)
    assert.closeTo(Window.decibels(new Float32Array(512).fill(-1)), 90.3, 0.01)
    assert.closeTo(Window.decibels(new Float32Array(512).fill(1000 / 32_768)), 60, 0.001)
    // A square mean: half of it silent is 3 dB less.
    assert.closeTo(Window.decibels(new Float32Array(512).fill(0.1, 256)), 67.3, 0.01)
  })

  it("makes samples of what is none", () => {
    const odd = new Float32Array(Window.size).fill(0.25)
    odd.set([Number.NaN, Infinity, -Infinity, 7, -7, 1e30])
    const whole = Window.makeCutter().cut(odd)
    assert.deepStrictEqual([...whole.subarray(0, 7)], [0, 0, 0, 1, -1, 1, 0.25])
  })

  it("keeps the rest for the next chunk", () => {
    const cutter = Window.makeCutter()
    assert.lengthOf(cutter.cut(new Float32Array(500).fill(0.1)), 0)
    const whole = cutter.cut(new Float32Array(1036).fill(0.2))
    assert.lengthOf(whole, 1536)
    assert.closeTo(whole[499]!, 0.1, 1e-6)
    assert.closeTo(whole[500]!, 0.2, 1e-6)
    assert.lengthOf(cutter.cut(new Float32Array(511)), 0)
  })
})
