import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Loudness from "../../src/audio/Loudness.ts"

describe("Loudness", () => {
  it("relates each 20 ms to the loudest", () => {
    const samples = new Int16Array(16 * 20 * 3)
    samples.fill(1000, 0, 320)
    samples.fill(-4000, 320, 640)
    assert.deepStrictEqual(Loudness.volumes({ samples, sampleRate: 16_000 }), [0.25, 1, 0])
  })

  it("is all zeros for silence and nothing for nothing", () => {
    assert.deepStrictEqual(Loudness.volumes({ samples: new Int16Array(800), sampleRate: 16_000 }), [0, 0, 0])
    assert.deepStrictEqual(Loudness.volumes({ samples: new Int16Array(0), sampleRate: 16_000 }), [])
  })

  it("has one value in [0, 1] per slice, and 1 for the loudest of any sound", () => {
    fc.assert(
      fc.property(
        fc.int16Array({ maxLength: 3000 }),
        fc.constantFrom(8000, 16_000, 22_050, 44_100),
        (samples, sampleRate) => {
          const volumes = Loudness.volumes({ samples, sampleRate })
          assert.strictEqual(volumes.length, Math.ceil(samples.length / Math.round(sampleRate / 50)))
          assert.isTrue(volumes.every((volume) => volume >= 0 && volume <= 1))
          if (samples.some((sample) => sample !== 0)) assert.strictEqual(Math.max(...volumes), 1)
        }
      )
    )
  })

  it("does not depend on how loud the whole is", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -8000, max: 8000 }), { maxLength: 1500 }), (values) => {
        const of = (gain: number) =>
          Loudness.volumes({ samples: Int16Array.from(values, (value) => value * gain), sampleRate: 16_000 })
        const loud = of(4)
        of(1).forEach((volume, index) => assert.closeTo(volume, loud[index]!, 1e-9))
      })
    )
  })
})
