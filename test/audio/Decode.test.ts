import { assert, describe, layer } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { readFileSync } from "node:fs"
import { Decode } from "../../src/audio/Decode.ts"
import * as Pcm from "../../src/audio/Pcm.ts"
import * as Wav from "../../src/audio/Wav.ts"
import { nextRound } from "../../src/supervision/NextRound.ts"
import * as Frequency from "../support/Frequency.ts"
import * as Mp3 from "../support/Mp3.ts"
import * as Tone from "../support/Tone.ts"

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`./fixtures/${name}`, import.meta.url)))

const decode = (bytes: Uint8Array) => Effect.flatMap(Decode, (service) => service.decode(bytes))

const opened = (bytes: Uint8Array) => Effect.flatMap(Decode, ({ pieces }) => pieces(bytes))

/** The sound of a file that comes in pieces of this size. */
const readPieces = (bytes: Uint8Array, size: number) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { end, push } = yield* opened(bytes)
      const parts: Array<Pcm.Pcm> = []
      for (let at = 0; at < bytes.length; at += size) parts.push(yield* push(bytes.slice(at, at + size)))
      const heard = [...parts, yield* end].filter(({ samples }) => samples.length > 0)
      return Pcm.join(heard, heard[0]!.sampleRate)
    })
  )

const long = Mp3.ofLength(10_000)

describe("Decode", () => {
  layer(Decode.layer, { excludeTestServices: true })((it) => {
    for (const [name, sampleRate] of [
      ["tone.mp3", 22_050],
      ["tone-stereo.mp3", 16_000],
      ["tone.flac", 24_000],
      ["tone.opus", 48_000]
    ] as const) {
      it.effect(`reads ${name}: 0.6 s of 440 Hz`, () =>
        Effect.gen(function* () {
          const pcm = yield* decode(fixture(name))
          assert.strictEqual(pcm.sampleRate, sampleRate)
          // MP3 frames are filled up, by less than 0.1 s.
          assert.closeTo(Pcm.duration(pcm), 640, 60)
          assert.closeTo(Frequency.of(pcm.samples, pcm.sampleRate), 440, 8)
        })
      )
    }

    it.effect("has nothing of earlier MP3 files in the next one", () =>
      Effect.gen(function* () {
        const bytes = fixture("tone.mp3")
        const first = yield* readPieces(bytes, bytes.length)
        const damaged = bytes.slice().fill(0x55, 600, 1200)
        for (const other of [fixture("tone-stereo.mp3"), damaged]) {
          yield* Effect.scoped(Effect.flatMap(opened(other), ({ push }) => push(other.slice(0, 1300))))
          yield* Effect.ignore(readPieces(other, 500))
          assert.deepStrictEqual(yield* readPieces(bytes, 300), first)
          yield* Effect.ignore(decode(other))
          assert.deepStrictEqual(yield* decode(bytes), first)
        }
      })
    )

    for (const seconds of [1, 10]) {
      it.effect(`reads a file of ${seconds} s in base64`, () =>
        Effect.gen(function* () {
          const wav = Tone.wav(seconds * 1000)
          const base64 = Buffer.from(wav).toString("base64")
          const pcm = yield* Effect.flatMap(Decode, (service) => service.base64(base64))
          assert.deepStrictEqual(pcm, yield* decode(wav))
        })
      )
    }

    it.effect("reads a plain WAV file in place", () =>
      Effect.gen(function* () {
        const bytes = Tone.wav(100)
        const pcm = yield* decode(bytes)
        assert.strictEqual(pcm.samples.buffer, bytes.buffer)
      })
    )

    it.effect("reads a stereo WAV file in the thread", () =>
      Effect.gen(function* () {
        const stereo = Wav.encode({ samples: Int16Array.from([100, 300, -100, -300]), sampleRate: 16_000 })
        stereo[22] = 2
        const pcm = yield* decode(stereo)
        assert.deepStrictEqual([...pcm.samples], [200, -200])
      })
    )

    it.scoped("has room for many sentences at a time, and for whole files beside them", () =>
      Effect.gen(function* () {
        const service = yield* Decode
        const bytes = fixture("tone.mp3")
        const heard = yield* Effect.replicateEffect(
          Effect.flatMap(service.pieces(bytes), (file) => file.push(bytes)),
          20
        )
        assert.isTrue(heard.every(({ samples }) => samples.length > 0))
        const wholes = yield* Effect.all(
          Array.from({ length: 20 }, () => service.decode(bytes)),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(wholes.length, 20)
      })
    )

    it.effect("decodes many MP3 files side by side, each as if it were alone", () =>
      Effect.gen(function* () {
        const files = Array.from({ length: 50 }, (_, at) => ({
          bytes: fixture(at % 2 === 0 ? "tone.mp3" : "tone-stereo.mp3"),
          size: 100 + 37 * at
        }))
        const heard = yield* Effect.forEach(files, ({ bytes, size }) => readPieces(bytes, size), {
          concurrency: "unbounded"
        })
        for (const [at, pcm] of heard.entries()) assert.deepStrictEqual(pcm, yield* decode(files[at]!.bytes))
      })
    )

    it.effect("keeps nothing of MP3 files that are given up", () =>
      Effect.gen(function* () {
        const bytes = fixture("tone.mp3")
        for (let file = 0; file < 200; file++) {
          const { samples } = yield* Effect.scoped(Effect.flatMap(opened(bytes), ({ push }) => push(bytes)))
          assert.isAbove(samples.length, 0)
        }
      })
    )

    it.scoped("gives an MP3 file up that has no sound for long, and harms none beside it", () =>
      Effect.gen(function* () {
        const bytes = fixture("tone.mp3")
        // A tag of 256 MB, which the decoder would keep until it has passed.
        const tag = new Uint8Array(6 * 2 ** 20)
        tag.set([0x49, 0x44, 0x33, 4, 0, 0, 0x7f, 0x7f, 0x7f, 0x7f])
        const beside = yield* opened(bytes)
        const before = yield* beside.push(bytes.subarray(0, 2000))
        // Open at the same time: together they would not leave any room.
        for (const { push } of yield* Effect.replicateEffect(opened(tag), 4)) {
          const failure = yield* Effect.flip(push(tag))
          assert.include(failure.message, "the MP3 data is damaged")
          assert.isUndefined(failure.stopped)
        }
        const after = yield* beside.push(bytes.subarray(2000))
        assert.deepStrictEqual(Pcm.join([before, after], before.sampleRate), yield* decode(bytes))
      })
    )

    for (const [how, size] of [
      ["at once", long.length],
      ["in pieces, one after the other", 1000]
    ] as const)
      it.effect(`lets others have the event loop while it decodes an MP3 file that comes ${how}`, () =>
        Effect.gen(function* () {
          let rounds = 0
          const others = yield* Effect.fork(
            Effect.forever(
              Effect.zipRight(
                nextRound,
                Effect.sync(() => rounds++)
              )
            )
          )
          yield* readPieces(long.subarray(0, 2000), 2000)
          const before = rounds
          // Three files at a time get no more of it than one.
          yield* Effect.all(Effect.replicate(readPieces(long, size), 3), { concurrency: "unbounded" })
          yield* Fiber.interrupt(others)
          assert.isAtLeast(rounds - before, 0.9 * 3 * (long.length / 3000 - 1))
        })
      )

    it.effect("needs no thread for an MP3 file that comes piece by piece", () =>
      Effect.gen(function* () {
        const threads = () => process.getActiveResourcesInfo().filter((kind) => kind === "MessagePort").length
        const before = threads()
        const decoder = yield* Layer.build(Layer.fresh(Decode.layer))
        yield* Effect.provide(readPieces(long, 2000), decoder)
        assert.strictEqual(threads(), before)
        yield* Effect.provide(decode(fixture("tone.flac")), decoder)
        assert.isAbove(threads(), before)
      }).pipe(Effect.scoped)
    )

    it.effect("answers damaged and unknown sound with a typed failure, and goes on", () =>
      Effect.gen(function* () {
        const unknown = yield* Effect.flip(decode(new TextEncoder().encode("<html>not found</html>")))
        assert.strictEqual(unknown._tag, "UndecodableAudio")
        const cut = yield* Effect.flip(decode(fixture("tone.flac").subarray(0, 60)))
        assert.include(cut.message, "the FLAC data is damaged")
        const empty = yield* Effect.flip(decode(new Uint8Array(0)))
        assert.strictEqual(empty._tag, "UndecodableAudio")
        yield* decode(fixture("tone.mp3"))
      })
    )
  })
})
