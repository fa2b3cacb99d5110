import { Effect, Scope } from "effect"
import type { Context } from "effect"
import type { Decode } from "./Decode.ts"
import { samplesOf } from "./Pcm.ts"
import type { Pcm } from "./Pcm.ts"
import * as SampleRate from "./SampleRate.ts"
import * as SentenceSound from "./SentenceSound.ts"
import * as Speech from "./Speech.ts"
import { UndecodableAudio } from "./UndecodableAudio.ts"
import * as Wav from "./Wav.ts"
import { say } from "../language/Text.ts"

/** What the bytes of a sound are: a file that says so itself, or bare samples, 16-bit little-endian, mono. */
export type Format = "file" | { readonly sampleRate: number }

/** Sound whose bytes come piece by piece. One caller at a time. */
export interface SoundReader {
  /** The sound of the next bytes; without samples if they complete none. */
  readonly push: (bytes: Uint8Array) => Effect.Effect<Pcm, UndecodableAudio>
  /** What is left when it has ended. */
  readonly end: Effect.Effect<Pcm, UndecodableAudio>
}

/** A header has this many bytes at least; with fewer it cannot be told what follows. */
const shortestHeader = 44
/** Where the samples of a WAV file have not begun by then, there is more in it than sound. */
const longestHeader = 64 * 1024

/**
 * Reads sound as its bytes come: plain WAV (16-bit, mono) and bare samples in place, MP3, FLAC and Ogg Opus by a decoder,
 * until `scope` closes. Other WAV files are read as a whole when they have ended.
 */
export const make = (
  { decode, pieces }: Pick<Context.Tag.Service<typeof Decode>, "decode" | "pieces">,
  format: Format,
  scope: Scope.Scope
): SoundReader => {
  let begin: Uint8Array = new Uint8Array(0)
  let reader: SoundReader | undefined = format === "file" ? undefined : samples(format.sampleRate)
  /** Samples so far. */
  let length = 0

  const choose = Effect.suspend(() => {
    if (!Wav.isWav(begin)) return Scope.extend(pieces(begin), scope)
    const header = Wav.plainHeader(begin)
    if (header === "incomplete" && begin.length < longestHeader) return Effect.succeed(undefined)
    if (typeof header === "string") return Effect.succeed(whole(decode))
    begin = begin.subarray(header.dataStart)
    return Effect.as(SampleRate.check(header.sampleRate), samples(header.sampleRate, header.dataLength))
  })

  /** All that was sent is bounded, however it comes. */
  const bounded = (sound: Effect.Effect<Pcm, UndecodableAudio>) =>
    Effect.flatMap(sound, (pcm) => {
      length += pcm.samples.length
      const allowed = SentenceSound.longest(pcm.sampleRate)
      return pcm.samples.length > 0 && length > allowed * pcm.sampleRate
        ? SentenceSound.tooLong(allowed)
        : Effect.succeed(pcm)
    })

  const begun = (bytes: Uint8Array): Effect.Effect<Pcm, UndecodableAudio> => {
    begin = begin.length === 0 ? bytes : Buffer.concat([begin, bytes])
    if (begin.length < shortestHeader) return Effect.succeed(Speech.nothing)
    return Effect.flatMap(choose, (chosen) => {
      reader = chosen
      return chosen === undefined ? Effect.succeed(Speech.nothing) : chosen.push(begin)
    })
  }
  return {
    push: (bytes) =>
      bounded(Effect.suspend(() => (reader === undefined ? begun(bytes) : reader.push(bytes)))),
    end: bounded(Effect.suspend(() => (reader === undefined ? decode(begin) : reader.end)))
  }
}

/** Bare samples, 16-bit little-endian, of which `left` bytes are sound: chunks of another kind may follow. */
const samples = (sampleRate: number, left = Number.POSITIVE_INFINITY): SoundReader => {
  /** The first half of a sample whose other half is on its way. */
  let half: number | undefined
  return {
    push: (given) =>
      Effect.sync(() => {
        const sound = given.subarray(0, left)
        left -= sound.length
        const bytes = half === undefined ? sound : Buffer.concat([Uint8Array.of(half), sound])
        half = bytes.length % 2 === 0 ? undefined : bytes.at(-1)
        return { samples: samplesOf(bytes), sampleRate }
      }),
    // A header says what there is to come, if it was known.
    end: Effect.suspend(() =>
      left > 1 && Number.isFinite(left)
        ? new UndecodableAudio({ reason: say("speech.endedEarly"), incomplete: true })
        : Effect.succeed({ samples: new Int16Array(0), sampleRate })
    )
  }
}

/** A file that can be read as a whole only. */
const whole = (decode: Context.Tag.Service<typeof Decode>["decode"]): SoundReader => {
  const parts: Array<Uint8Array> = []
  return {
    push: (bytes) =>
      Effect.sync(() => {
        parts.push(bytes)
        return Speech.nothing
      }),
    end: Effect.suspend(() => decode(new Uint8Array(Buffer.concat(parts))))
  }
}
