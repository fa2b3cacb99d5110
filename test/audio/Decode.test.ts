import { assert, describe, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
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

const bytes = Mp3.ofLength(10_000)

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
        const { pieces } = yield* Decode
        const bytes = fixture("tone.mp3")
        const first = yield* decode(bytes)
        const damaged = bytes.slice().fill(0x55, 600, 1200)
        for (const other of [fixture("tone-stereo.mp3"), damaged]) {
          yield* Effect.scoped(Effect.flatMap(pieces(other), ({ push }) => push(other.slice(0, 1300))))
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
        const { pieces } = yield* Decode
        const files = Array.from({ length: 50 }, (_, at) => {
          const bytes = fixture(at % 2 === 0 ? "tone.mp3" : "tone-stereo.mp3")
          return { bytes, size: 100 + 37 * at }
        })
        const heard = yield* Effect.forEach(
          files,
          ({ bytes, size }) =>
            Effect.scoped(
              Effect.gen(function* () {
                const { end, push } = yield* pieces(bytes)
                const parts: Array<Pcm.Pcm> = []
                for (let at = 0; at < bytes.length; at += size) {
                  parts.push(yield* push(bytes.subarray(at, at + size)))
                  yield* nextRound
                }
                return [...parts, yield* end].filter(({ samples }) => samples.length > 0)
              })
            ),
          { concurrency: "unbounded" }
        )
        for (const [at, parts] of heard.entries()) {
          const alone = yield* decode(files[at]!.bytes)
          assert.deepStrictEqual(Pcm.join(parts, parts[0]!.sampleRate), alone)
        }
      })
    )

    it.effect("keeps nothing of MP3 files that are given up", () =>
      Effect.gen(function* () {
        const { pieces } = yield* Decode
        const bytes = fixture("tone.mp3")
        for (let file = 0; file < 200; file++) {
          const { samples } = yield* Effect.scoped(Effect.flatMap(pieces(bytes), ({ push }) => push(bytes)))
          assert.isAbove(samples.length, 0)
        }
      })
    )

    it.scoped("lets others have the event loop between the parts of an MP3 file that comes at once", () =>
      Effect.gen(function* () {
        const { push } = yield* Effect.flatMap(Decode, ({ pieces }) => pieces(bytes))
        let rounds = 0
        const others = yield* Effect.fork(
          Effect.forever(
            Effect.zipRight(
              nextRound,
              Effect.sync(() => rounds++)
            )
          )
        )
        yield* push(bytes.subarray(0, 2000))
        const before = rounds
        yield* push(bytes.subarray(2000))
        yield* Fiber.interrupt(others)
        assert.isAtLeast(rounds - before, Math.floor(bytes.length / 2048) - 2)
      })
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
