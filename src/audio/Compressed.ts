import { FLACDecoder } from "@wasm-audio-decoders/flac"
import { Effect } from "effect"
import { OggOpusDecoder } from "ogg-opus-decoder"
import type { AudioTooLong } from "./AudioTooLong.ts"
import * as Decoding from "./Decoding.ts"
import * as FormatOf from "./FormatOf.ts"
import * as Mp3 from "./Mp3.ts"
import type * as Pcm from "./Pcm.ts"
import * as Speech from "./Speech.ts"
import { UndecodableAudio } from "./UndecodableAudio.ts"
import { say } from "../language/Text.ts"

const formats: Readonly<Record<FormatOf.Name, Decoding.Format>> = {
  mp3: Mp3.make(),
  flac: { name: "FLAC", make: () => new FLACDecoder() },
  opus: { name: "Ogg Opus", make: () => new OggOpusDecoder() }
}

/**
 * MP3, FLAC or Ogg Opus, told apart by their first bytes, mixed down to mono. Decodes no more than it may be long.
 * Uses the CPU: for worker threads.
 */
export const decode = Effect.fn("Compressed.decode")(
  (bytes: Uint8Array, longest: Decoding.Longest): Effect.Effect<Pcm.Pcm, UndecodableAudio | AudioTooLong> =>
    Effect.acquireUseRelease(
      Effect.sync(() => decoding(longest)),
      ({ end, push }) => Effect.zipWith(push(bytes), end, (sound, rest) => Decoding.joined([sound, rest])),
      ({ free }) => Effect.sync(free)
    )
)

/** One file of MP3, FLAC or Ogg Opus, whose first bytes tell which. Uses the CPU: for worker threads. */
export const decoding = (longest: Decoding.Longest): Decoding.Decoding => {
  let begin = new Uint8Array(0)
  let known: Decoding.Decoding | undefined

  const next = (
    bytes: Uint8Array,
    whole: boolean
  ): Effect.Effect<Pcm.Pcm, UndecodableAudio | AudioTooLong> => {
    if (known !== undefined) return known.push(bytes)
    begin = new Uint8Array(Buffer.concat([begin, bytes]))
    if (begin.length < FormatOf.bytesToTell && !whole) return Effect.succeed(Speech.nothing)
    const format = FormatOf.encoded(begin)
    if (format === undefined) return new UndecodableAudio({ reason: say("speech.unknownFormat") })
    known = Decoding.make(formats[format], longest)
    return known.push(begin)
  }

  return {
    push: (bytes) => Effect.suspend(() => next(bytes, false)),
    end: Effect.gen(function* () {
      const begun = known === undefined ? yield* next(new Uint8Array(0), true) : Speech.nothing
      return Decoding.joined([begun, yield* known!.end])
    }),
    free: () => known?.free()
  }
}
