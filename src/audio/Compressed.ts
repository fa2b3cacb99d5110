import { FLACDecoder } from "@wasm-audio-decoders/flac"
import { Effect } from "effect"
import { MPEGDecoder } from "mpg123-decoder"
import { OggOpusDecoder } from "ogg-opus-decoder"
import { AudioTooLong } from "./AudioTooLong.ts"
import * as Pcm from "./Pcm.ts"
import { UndecodableAudio } from "./UndecodableAudio.ts"
import { say } from "../language/Text.ts"

/** What all three decoders answer: one `Float32Array` in [-1, 1] per channel. */
interface Decoded {
  readonly channelData: ReadonlyArray<Float32Array>
  readonly sampleRate: number
}

interface Decoder {
  readonly ready: Promise<void>
  readonly decode: (bytes: Uint8Array) => Decoded | Promise<Decoded>
  /** What is left when the file has ended. */
  readonly flush?: () => Promise<Decoded>
  readonly free: () => void
}

/** How many bytes are decoded at a time: few enough that even a file that is nearly all silence stays small. */
const piece = 8 * 1024
const piecesAtOnce = 8

/**
 * MP3, FLAC or Ogg Opus, told apart by their first bytes, mixed down to mono. Decodes no more than `longest` seconds.
 * Uses the CPU: for worker threads.
 */
export const decode = Effect.fn("Compressed.decode")((
  bytes: Uint8Array,
  longest = Number.POSITIVE_INFINITY
): Effect.Effect<Pcm.Pcm, UndecodableAudio | AudioTooLong> => {
  switch (kindOf(bytes)) {
    case "mp3":
      return withDecoder("MP3", () => new MPEGDecoder(), bytes, longest)
    case "flac":
      return withDecoder("FLAC", () => new FLACDecoder(), bytes, longest)
    case "opus":
      return withDecoder("Ogg Opus", () => new OggOpusDecoder(), bytes, longest)
    case undefined:
      return new UndecodableAudio({ reason: say("speech.unknownFormat") })
  }
})

/** Sources: the formats' own magic numbers; ID3 tags precede MP3 frames. */
const kindOf = (bytes: Uint8Array): "mp3" | "flac" | "opus" | undefined => {
  const start = String.fromCharCode(...bytes.subarray(0, 64))
  if (start.startsWith("fLaC")) return "flac"
  if (start.startsWith("OggS") && start.includes("OpusHead")) return "opus"
  if (start.startsWith("ID3")) return "mp3"
  // A frame's sync word, and a layer that is not the reserved one, which AAC has there.
  return bytes[0] === 0xff && (bytes[1]! & 0xe0) === 0xe0 && (bytes[1]! & 0x06) !== 0 ? "mp3" : undefined
}

const withDecoder = (format: string, make: () => Decoder, bytes: Uint8Array, longest: number) => {
  const damaged = (cause?: unknown) =>
    new UndecodableAudio({ reason: say("speech.damagedData", format), cause })
  const ask = (step: () => Decoded | Promise<Decoded | void> | void) =>
    Effect.tryPromise({ try: () => Promise.resolve(step()), catch: damaged })

  return Effect.acquireUseRelease(
    Effect.sync(make),
    Effect.fnUntraced(function* (decoder) {
      const sound = gather(longest)
      yield* ask(() => decoder.ready)
      for (let at = 0; at < bytes.length; at += piece) {
        yield* sound.add(yield* ask(() => decoder.decode(bytes.subarray(at, at + piece))))
        // What else its thread has to do comes in between.
        if (at % (piece * piecesAtOnce) === 0) yield* Effect.sleep(0)
      }
      yield* sound.add(yield* ask(() => decoder.flush?.()))
      return sound.pcm() ?? (yield* damaged())
    }),
    (decoder) => Effect.sync(() => decoder.free())
  )
}

/** Collects what is decoded, mixed down, as long as it does not get too long. */
const gather = (longest: number) => {
  const parts: Array<Pcm.Pcm> = []
  let sampleRate = 0
  let length = 0
  return {
    add: (decoded: Decoded | void): Effect.Effect<void, AudioTooLong> => {
      if (decoded === undefined || !(decoded.sampleRate > 0) || (decoded.channelData[0]?.length ?? 0) === 0)
        return Effect.void
      const samples = mix(decoded.channelData)
      parts.push({ samples, sampleRate: decoded.sampleRate })
      sampleRate = decoded.sampleRate
      length += samples.length
      return length > longest * sampleRate ? new AudioTooLong({ longest }) : Effect.void
    },
    pcm: (): Pcm.Pcm | undefined => (length === 0 ? undefined : Pcm.join(parts, sampleRate))
  }
}

const mix = (channelData: ReadonlyArray<Float32Array>): Int16Array => {
  const samples = new Int16Array(channelData[0]!.length)
  const scale = 32767 / channelData.length
  for (let at = 0; at < samples.length; at++) {
    let sum = 0
    for (const channel of channelData) sum += channel[at]!
    samples[at] = Math.round(Math.max(-32768, Math.min(32767, sum * scale)))
  }
  return samples
}
