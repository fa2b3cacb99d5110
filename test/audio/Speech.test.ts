import { readFileSync } from "node:fs"
import { assert, describe, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { Decode } from "../../src/audio/Decode.ts"
import * as Wav from "../../src/audio/Wav.ts"
import * as Frequency from "../support/Frequency.ts"
import * as Tone from "../support/Tone.ts"

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`./fixtures/${name}`, import.meta.url)))

const speech = (bytes: Uint8Array) => Effect.flatMap(Decode, (service) => service.speech(bytes))

const loudest = (samples: Float32Array) =>
  samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)

/** A WAV file of a tone at any rate; in stereo the right channel is silent. */
const wav = (sampleRate: number, seconds: number, stereo = false) => {
  const channels = stereo ? 2 : 1
  const samples = new Int16Array(sampleRate * seconds * channels)
  for (let at = 0; at < samples.length; at += channels)
    samples[at] = Math.round(16_000 * Math.sin((2 * Math.PI * 440 * at) / channels / sampleRate))
  const bytes = Wav.encode({ samples, sampleRate })
  if (stereo) bytes[22] = 2
  return bytes
}

describe("Decode.speech", () => {
  layer(Decode.layer, { excludeTestServices: true })((it) => {
    it.effect("takes 16 kHz WAV as it is", () =>
      Effect.gen(function* () {
        const samples = yield* speech(Tone.wav(500))
        const { samples: written } = Tone.pcm(500)
        assert.deepStrictEqual(
          [...samples],
          [...written].map((sample) => sample / 32_768)
        )
      })
    )

    for (const name of ["tone.mp3", "tone-stereo.mp3", "tone.flac", "tone.opus"]) {
      it.effect(`hears ${name} at 16 kHz`, () =>
        Effect.gen(function* () {
          const samples = yield* speech(fixture(name))
          assert.closeTo(samples.length / 16_000, 0.64, 0.06)
          assert.closeTo(Frequency.of(samples, 16_000), 440, 8)
        })
      )
    }

    it.effect("converts other rates and mixes stereo", () =>
      Effect.gen(function* () {
        for (const rate of [8000, 44_100]) {
          const mono = yield* speech(wav(rate, 1))
          const stereo = yield* speech(wav(rate, 1, true))
          assert.strictEqual(mono.length, 16_000)
          assert.strictEqual(stereo.length, 16_000)
          assert.closeTo(Frequency.of(stereo, 16_000), 440, 2)
          assert.closeTo(loudest(stereo) / loudest(mono), 0.5, 0.02)
        }
      })
    )

    it.effect("refuses what is longer than 120 s, whatever it is written in", () =>
      Effect.gen(function* () {
        const mp3 = fixture("tone.mp3")
        const long = new Uint8Array(mp3.length * 250)
        for (let count = 0; count < 250; count++) long.set(mp3, count * mp3.length)
        for (const bytes of [wav(16_000, 121), wav(8000, 121), long]) {
          const failure = yield* Effect.flip(speech(bytes))
          assert.strictEqual(failure._tag, "AudioTooLong")
          assert.include(failure.message, "120 s")
        }
        assert.strictEqual((yield* speech(wav(16_000, 120))).length, 120 * 16_000)
        assert.strictEqual((yield* speech(wav(8000, 120))).length, 120 * 16_000)
      })
    )

    it.effect("answers damaged sound and impossible rates with a typed failure, and goes on", () =>
      Effect.gen(function* () {
        const odd = wav(16_000, 1)
        odd.writeUInt32LE(4_000_000_000, 24)
        assert.include((yield* Effect.flip(speech(odd))).message, "4000000000 Hz")
        const cut = yield* Effect.flip(speech(fixture("tone.flac").slice(0, 60)))
        assert.include(cut.message, "the FLAC data is damaged")
        assert.strictEqual((yield* Effect.flip(speech(new Uint8Array(0))))._tag, "UndecodableAudio")
        assert.isAbove((yield* speech(fixture("tone.mp3"))).length, 0)
      })
    )

    it.effect("goes on with the next file when one is given up in the middle", () =>
      Effect.gen(function* () {
        const given = yield* Effect.fork(speech(wav(44_100, 120)))
        yield* Effect.yieldNow()
        // The thread takes turns: a short file that comes later is done first.
        yield* speech(fixture("tone.mp3"))
        assert.isNull(given.unsafePoll())
        yield* Fiber.interrupt(given)
        assert.isAbove((yield* speech(fixture("tone.opus"))).length, 0)
      })
    )
  })
})
