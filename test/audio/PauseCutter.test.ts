import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Loudness from "../../src/audio/Loudness.ts"
import * as PauseCutter from "../../src/audio/PauseCutter.ts"
import * as Pcm from "../../src/audio/Pcm.ts"

const sampleRate = 1000
const loud = (ms: number) => new Int16Array(ms).fill(8000)
const quiet = (ms: number) => new Int16Array(ms).fill(20)
const joined = (...parts: ReadonlyArray<Int16Array>) =>
  Pcm.join(
    parts.map((samples) => ({ samples, sampleRate })),
    sampleRate
  ).samples

/** Lengths in ms of what is cut off as each part comes, and in the end. */
const cut = (...parts: ReadonlyArray<Int16Array>) => {
  const cutter = PauseCutter.make()
  const pushed = parts.map((samples) => cutter.push({ samples, sampleRate }).map(Pcm.duration))
  return [...pushed, cutter.flush().map(Pcm.duration)]
}

describe("PauseCutter", () => {
  it("cuts the first piece at the first pause, in its middle", () => {
    expect(cut(loud(400), quiet(120), loud(400))).toEqual([[], [440], [], [480]])
  })

  it("does not begin with a pause, nor with less than a syllable", () => {
    expect(cut(quiet(600), loud(100), quiet(60))).toEqual([[], [], [740], [20]])
    expect(cut(loud(100), quiet(80), loud(600))).toEqual([[], [], [], [780]])
  })

  it("has later pieces that are longer", () => {
    const word = [loud(400), quiet(100)]
    expect(cut(...word, ...word, ...word, ...word).flat()).toEqual([440, 1000, 560])
  })

  it("cuts what goes on for ten seconds without a pause where it is least loud", () => {
    const lengths = cut(loud(8600), new Int16Array(20).fill(4000), loud(3000)).flat()
    expect(lengths).toEqual([8600, 3020])
  })

  it("cuts what comes at once like what comes bit by bit", () => {
    const words = Array.from({ length: 600 }, (_, at) => [loud(700 + (at % 7) * 20), quiet(100)]).flat()
    const whole = cut(joined(...words)).flat()
    expect(whole).toEqual(cut(...words).flat())
    const murmur = loud(600_000)
    expect(Math.max(...cut(murmur).flat())).toBeLessThanOrEqual(10_000)
    expect(cut(joined(loud(20_000), quiet(200))).flat()[0]).toBeLessThanOrEqual(10_000)
  })

  it("loses nothing and adds nothing, however the sound comes, and knows how loud it is", () => {
    const part = fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 900 }))
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        const samples = parts.map(([speaks, ms]) => (speaks ? loud(ms) : quiet(ms)))
        const cutter = PauseCutter.make()
        const pieces = [
          ...samples.flatMap((one) => cutter.push({ samples: one, sampleRate })),
          ...cutter.flush()
        ]
        expect([...joined(...pieces.map((piece) => piece.samples))]).toEqual([...joined(...samples)])
        expect(pieces.every((piece) => piece.samples.length > 0)).toBe(true)
        for (const piece of pieces) expect(Loudness.volumesOf(piece.levels)).toEqual(Loudness.volumes(piece))
      })
    )
  })
})
