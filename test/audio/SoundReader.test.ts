import { assert, describe, layer } from "@effect/vitest"
import { Effect, FastCheck as fc } from "effect"
import { readFileSync } from "node:fs"
import { Decode } from "../../src/audio/Decode.ts"
import * as Pcm from "../../src/audio/Pcm.ts"
import * as SoundReader from "../../src/audio/SoundReader.ts"
import type { Format } from "../../src/audio/SoundReader.ts"
import type { UndecodableAudio } from "../../src/audio/UndecodableAudio.ts"
import * as Wav from "../../src/audio/Wav.ts"
import * as Frequency from "../support/Frequency.ts"
import * as Tone from "../support/Tone.ts"

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`./fixtures/${name}`, import.meta.url)))

/** The pieces of sound that come of bytes in pieces of these sizes, the last one again and again. */
const read = (format: Format, bytes: Uint8Array, sizes: ReadonlyArray<number>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const reader = SoundReader.make(yield* Decode, format, yield* Effect.scope)
      const heard: Array<Pcm.Pcm> = []
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const size = sizes[Math.min(turn, sizes.length - 1)]!
        heard.push(yield* reader.push(bytes.slice(at, at + size)))
        at += size
      }
      return { before: heard.filter(({ samples }) => samples.length > 0), rest: yield* reader.end }
    })
  )

const joined = ({ before, rest }: { readonly before: ReadonlyArray<Pcm.Pcm>; readonly rest: Pcm.Pcm }) => {
  const parts = [...before, rest].filter(({ samples }) => samples.length > 0)
  return Pcm.join(parts, parts[0]!.sampleRate)
}

/** Without the sound, in case there is some after all. */
const failureOf = (failing: Effect.Effect<unknown, UndecodableAudio, Decode>) =>
  Effect.flip(Effect.asVoid(failing))

const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 8 })
const tone = Tone.pcm(50)

describe("SoundReader", () => {
  layer(Decode.layer, { excludeTestServices: true })((it) => {
    it.effect.prop("reads a plain WAV file as it comes, wherever it is cut", [sizes], ([cut]) =>
      Effect.gen(function* () {
        assert.deepStrictEqual(joined(yield* read("file", Wav.encode(tone), cut)), tone)
      })
    )

    it.effect.prop("reads bare samples, wherever they are cut", [sizes], ([cut]) =>
      Effect.gen(function* () {
        const bytes = new Uint8Array(tone.samples.slice().buffer)
        assert.deepStrictEqual(joined(yield* read({ sampleRate: 16_000 }, bytes, cut)), tone)
      })
    )

    for (const placeholder of [0, 0x7fff_ffff, 0xffff_ffff])
      it.effect(`reads a WAV file whose length was not known: ${placeholder}`, () =>
        Effect.gen(function* () {
          const bytes = Wav.encode(tone)
          bytes.writeUInt32LE(placeholder, 40)
          assert.deepStrictEqual(joined(yield* read("file", bytes, [100])), tone)
        })
      )

    it.effect("does not play what follows the sound in a WAV file", () =>
      Effect.gen(function* () {
        const bytes = Buffer.concat([Wav.encode(tone), Buffer.from("LIST\x04\0\0\0noise")])
        assert.deepStrictEqual(joined(yield* read("file", bytes, [333])), tone)
      })
    )

    it.effect("knows that a WAV file is shorter than its header says", () =>
      Effect.gen(function* () {
        const wav = Wav.encode(tone)
        const failure = yield* failureOf(read("file", wav.subarray(0, wav.length - 100), [300]))
        assert.isTrue(failure.incomplete)
      })
    )

    it.effect("reads other WAV files when they are complete", () =>
      Effect.gen(function* () {
        const stereo = Wav.encode({ samples: Int16Array.from([100, 300, -100, -300]), sampleRate: 16_000 })
        stereo[22] = 2
        const { before, rest } = yield* read("file", stereo, [10])
        assert.deepStrictEqual([before.length, [...rest.samples]], [0, [200, -200]])
      })
    )

    for (const [name, sampleRate] of [
      ["tone.mp3", 22_050],
      ["tone-stereo.mp3", 16_000],
      ["tone.flac", 24_000],
      ["tone.opus", 48_000]
    ] as const)
      it.effect(`reads ${name} as it comes`, () =>
        Effect.gen(function* () {
          const bytes = fixture(name)
          for (const cut of [[10, 300], [bytes.length], [1000]]) {
            const { before, rest } = yield* read("file", bytes, cut)
            const pcm = joined({ before, rest })
            assert.strictEqual(pcm.sampleRate, sampleRate)
            assert.closeTo(Pcm.duration(pcm), 640, 60)
            assert.closeTo(Frequency.of(pcm.samples, pcm.sampleRate), 440, 8)
            if (cut.length > 1 && name.endsWith("mp3")) assert.isAbove(before.length, 2)
          }
        })
      )

    it.effect("takes ten minutes for one sentence, however small what is sent", () =>
      Effect.gen(function* () {
        const bytes = fixture("eleven-minutes.flac")
        assert.isBelow(bytes.length, 10_000)
        const samples = new Int16Array(601 * 8000)
        const plain = Wav.encode({ samples, sampleRate: 8000 })
        const stereo = Wav.encode({ samples: new Int16Array(2 * 601 * 8000), sampleRate: 8000 })
        stereo[22] = 2
        const service = yield* Decode
        for (const failing of [
          read("file", bytes, [1000]),
          read("file", plain, [2 ** 16]),
          read("file", stereo, [2 ** 16]),
          read({ sampleRate: 8000 }, new Uint8Array(samples.buffer), [2 ** 16]),
          service.decode(bytes),
          service.decode(plain)
        ]) {
          const failure = yield* failureOf(failing)
          assert.strictEqual(failure._tag, "UndecodableAudio")
          assert.include(failure.message, "more than 10 min of sound for one sentence")
        }
      })
    )

    it.effect("takes no sound at a rate that nobody plays, nor at one that changes", () =>
      Effect.gen(function* () {
        const service = yield* Decode
        for (const sampleRate of [1, 100, 400_000, 4_000_000_000]) {
          const plain = Wav.encode({ ...tone, sampleRate })
          const stereo = Wav.encode({ ...tone, sampleRate })
          stereo[22] = 2
          for (const failing of [
            read("file", plain, [100]),
            read("file", stereo, [100]),
            service.decode(plain)
          ])
            assert.include((yield* failureOf(failing)).message, `sample rate of ${sampleRate} Hz`)
        }
        const two = new Uint8Array(Buffer.concat([fixture("tone.mp3"), fixture("tone-stereo.mp3")]))
        for (const failing of [read("file", two, [1000]), service.decode(two)])
          assert.include((yield* failureOf(failing)).message, "its sample rate changes")
      })
    )

    it.effect("fails at what is no sound, at once or in the end", () =>
      Effect.gen(function* () {
        for (const bytes of [
          new TextEncoder().encode("<html>not found</html>"),
          new TextEncoder().encode("x".repeat(500)),
          new Uint8Array(0),
          fixture("tone.flac").subarray(0, 60)
        ]) {
          const failure = yield* Effect.flip(read("file", bytes, [100]))
          assert.strictEqual(failure._tag, "UndecodableAudio")
        }
      })
    )
  })
})
