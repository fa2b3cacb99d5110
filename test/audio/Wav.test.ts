// The library is a CommonJS bundle: Node finds its names on the default export only.
/* oxlint-disable import/default, import/no-named-as-default-member */
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import * as fc from "fast-check"
import wavefile from "wavefile"
import * as Wav from "../../src/audio/Wav.ts"

const sine = (length: number, peak: number) =>
  Array.from({ length }, (_, at) => peak * Math.sin((2 * Math.PI * 440 * at) / 16_000))

const file = (
  channels: number,
  depth: string,
  samples: ReadonlyArray<number> | ReadonlyArray<ReadonlyArray<number>>
) => {
  const wav = new wavefile.WaveFile()
  wav.fromScratch(channels, 16_000, depth, samples as Array<number>)
  return new Uint8Array(wav.toBuffer())
}

const withLengths = (bytes: Uint8Array, length: number) => {
  const copy = bytes.slice()
  const view = new DataView(copy.buffer)
  view.setUint32(4, length, true)
  const data = Buffer.from(copy).indexOf("data")
  view.setUint32(data + 4, length, true)
  return copy
}

const decoded = (bytes: Uint8Array) => Either.getOrThrow(Wav.decode(bytes))

describe("Wav", () => {
  it("gives back what it was given", () => {
    fc.assert(
      fc.property(
        fc.int16Array({ maxLength: 500 }),
        fc.constantFrom(8000, 16_000, 22_050, 48_000),
        (samples, sampleRate) => {
          const pcm = decoded(Wav.encode({ samples, sampleRate }))
          assert.deepStrictEqual([...pcm.samples], [...samples])
          assert.strictEqual(pcm.sampleRate, sampleRate)
        }
      )
    )
  })

  it("writes what other software reads", () => {
    const samples = Int16Array.from(sine(320, 9000))
    const wav = new wavefile.WaveFile(Wav.encode({ samples, sampleRate: 24_000 }))
    assert.deepInclude(wav.fmt, { audioFormat: 1, numChannels: 1, sampleRate: 24_000, bitsPerSample: 16 })
    assert.deepStrictEqual([...wav.getSamples(true, Int16Array)], [...samples])
  })

  it("copies nothing of a plain file whose samples are aligned", () => {
    const bytes = Wav.encode({ samples: Int16Array.from([1, 2, 3]), sampleRate: 16_000 })
    assert.strictEqual(decoded(bytes).samples.buffer, bytes.buffer)
  })

  it("reads a plain file at an odd place in its buffer", () => {
    const bytes = Wav.encode({ samples: Int16Array.from([1, -2, 3]), sampleRate: 16_000 })
    const shifted = new Uint8Array(bytes.length + 1)
    shifted.set(bytes, 1)
    assert.deepStrictEqual([...decoded(shifted.subarray(1)).samples], [1, -2, 3])
  })

  it.each([
    ["8", sine(400, 100).map((value) => Math.round(value + 128)), 100 / 128],
    ["24", sine(400, 4_000_000).map(Math.round), 4_000_000 / 2 ** 23],
    ["32", sine(400, 1_000_000_000).map(Math.round), 1_000_000_000 / 2 ** 31],
    ["32f", sine(400, 0.5), 0.5],
    ["64", sine(400, 0.25), 0.25]
  ] as const)("reads samples of depth %s", (depth, samples, peak) => {
    const pcm = decoded(file(1, depth, samples))
    assert.strictEqual(pcm.samples.length, 400)
    const expected = sine(400, peak * 32_768)
    pcm.samples.forEach((sample, at) => assert.closeTo(sample, expected[at]!, 400))
  })

  it.each(["8a", "8m"] as const)("reads telephone sound (%s)", (law) => {
    const wav = new wavefile.WaveFile(
      Wav.encode({ samples: Int16Array.from(sine(400, 8000)), sampleRate: 16_000 })
    )
    if (law === "8a") wav.toALaw()
    else wav.toMuLaw()
    const expected = sine(400, 8000)
    decoded(new Uint8Array(wav.toBuffer())).samples.forEach((sample, at) =>
      assert.closeTo(sample, expected[at]!, 400)
    )
  })

  it("mixes stereo down", () => {
    const pcm = decoded(
      file(2, "16", [
        [1000, 1000, -500],
        [3000, -1000, -1500]
      ])
    )
    assert.deepStrictEqual([...pcm.samples], [2000, 0, -1000])
  })

  it.each([0, 0xffff_ffff])("reads a streamed file whose header says %i bytes", (length) => {
    const mono = Wav.encode({ samples: Int16Array.from([5, 6, 7]), sampleRate: 16_000 })
    assert.deepStrictEqual([...decoded(withLengths(mono, length)).samples], [5, 6, 7])
    const stereo = file(2, "16", [
      [10, 20],
      [30, 40]
    ])
    assert.deepStrictEqual([...decoded(withLengths(stereo, length)).samples], [20, 30])
  })

  it("reads what there is of a file that was cut off", () => {
    const bytes = Wav.encode({ samples: Int16Array.from([5, 6, 7]), sampleRate: 16_000 })
    assert.deepStrictEqual([...decoded(bytes.subarray(0, bytes.length - 3)).samples], [5])
  })

  it("answers garbage with a typed failure, whatever it is", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (noise, dressed) => {
        const bytes = dressed ? new Uint8Array([...Buffer.from("RIFF\0\0\0\0WAVEfmt "), ...noise]) : noise
        const result = Wav.decode(bytes)
        assert.isTrue(Either.isRight(result) || result.left._tag === "UndecodableAudio")
      })
    )
    assert.isTrue(Either.isLeft(Wav.decode(new Uint8Array(10))))
  })
})
