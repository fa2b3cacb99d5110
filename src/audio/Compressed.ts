import { FLACDecoder } from "@wasm-audio-decoders/flac"
import { Effect } from "effect"
import { OggOpusDecoder } from "ogg-opus-decoder"
import { AudioTooLong } from "./AudioTooLong.ts"
import * as Mp3Decoder from "./Mp3Decoder.ts"
import * as Pcm from "./Pcm.ts"
import * as SampleRate from "./SampleRate.ts"
import * as Speech from "./Speech.ts"
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
const piece = 2 * 1024
/** After so many bytes or samples, what else its thread has to do comes in between. */
const bytesAtOnce = 64 * 1024
const samplesAtOnce = 2 ** 17

/** How long a sound may be, in seconds, at a sample rate in Hz. */
export type Longest = (sampleRate: number) => number

/**
 * MP3, FLAC or Ogg Opus, told apart by their first bytes, mixed down to mono. Decodes no more than it may be long.
 * Uses the CPU: for worker threads.
 */
export const decode = Effect.fn("Compressed.decode")(
  (bytes: Uint8Array, longest: Longest): Effect.Effect<Pcm.Pcm, UndecodableAudio | AudioTooLong> =>
    Effect.acquireUseRelease(
      Effect.sync(() => decoding(longest)),
      ({ end, push }) => Effect.zipWith(push(bytes), end, (sound, rest) => joined([sound, rest])),
      ({ free }) => Effect.sync(free)
    )
)

const decoders: Readonly<Record<string, { readonly format: string; readonly make: () => Decoder }>> = {
  mp3: { format: "MP3", make: Mp3Decoder.make },
  flac: { format: "FLAC", make: () => new FLACDecoder() },
  opus: { format: "Ogg Opus", make: () => new OggOpusDecoder() }
}

const damaged = (format: string, cause?: unknown) =>
  new UndecodableAudio({ reason: say("speech.damagedData", format), cause })

/** Sources: the formats' own magic numbers; ID3 tags precede MP3 frames. */
const kindOf = (bytes: Uint8Array): "mp3" | "flac" | "opus" | undefined => {
  const start = String.fromCharCode(...bytes.subarray(0, 64))
  if (start.startsWith("fLaC")) return "flac"
  if (start.startsWith("OggS") && start.includes("OpusHead")) return "opus"
  if (start.startsWith("ID3")) return "mp3"
  // A frame's sync word, and a layer that is not the reserved one, which AAC has there.
  return bytes[0] === 0xff && (bytes[1]! & 0xe0) === 0xe0 && (bytes[1]! & 0x06) !== 0 ? "mp3" : undefined
}

/** A file that comes piece by piece. One caller at a time. */
export interface Decoding {
  /** The sound of the next bytes, mixed down to mono; without samples if they complete none. */
  readonly push: (bytes: Uint8Array) => Effect.Effect<Pcm.Pcm, UndecodableAudio | AudioTooLong>
  /** What is left when the file has ended. Fails if there was no sound in all of it. */
  readonly end: Effect.Effect<Pcm.Pcm, UndecodableAudio | AudioTooLong>
  /** Nothing is to be asked of it afterwards. */
  readonly free: () => void
}

/** A format is known by this many bytes, or by all that there are. */
const bytesToTell = 64

/**
 * Decodes one file of MP3, FLAC or Ogg Opus as its bytes come, as long as all of it does not get too long. Uses the CPU:
 * for worker threads.
 */
export const decoding = (longest: Longest): Decoding => {
  let begin = new Uint8Array(0)
  let decoder: { readonly format: string; readonly ready: Decoder } | undefined
  let sampleRate = 0
  let length = 0

  const ask = (format: string, step: () => Decoded | Promise<Decoded | void> | void) =>
    Effect.flatMap(Effect.try({ try: step, catch: (cause) => damaged(format, cause) }), (decoded) =>
      decoded instanceof Promise
        ? Effect.tryPromise({ try: () => decoded, catch: (cause) => damaged(format, cause) })
        : Effect.succeed(decoded)
    )

  const open = Effect.fnUntraced(function* (bytes: Uint8Array) {
    const known = decoders[kindOf(bytes) ?? "none"]
    if (known === undefined) return yield* new UndecodableAudio({ reason: say("speech.unknownFormat") })
    const { format, make } = known
    const ready = make()
    decoder = { format, ready }
    yield* Effect.tryPromise({ try: () => ready.ready, catch: (cause) => damaged(format, cause) })
    return decoder
  })

  /** What has been decoded, mixed down; nothing is known of the rate where there are no samples. */
  const hear = Effect.fnUntraced(function* (decoded: Decoded | void) {
    if (decoded === undefined || (decoded.channelData[0]?.length ?? 0) === 0) return Speech.nothing
    if (decoded.sampleRate !== sampleRate) {
      if (length > 0) return yield* new UndecodableAudio({ reason: say("speech.rateChanged") })
      yield* SampleRate.check(decoded.sampleRate)
      sampleRate = decoded.sampleRate
    }
    length += decoded.channelData[0]!.length
    const allowed = longest(sampleRate)
    if (length > allowed * sampleRate) return yield* new AudioTooLong({ longest: allowed })
    return { samples: mix(decoded.channelData), sampleRate }
  })

  /** By steps. */
  const decode = Effect.fnUntraced(function* (format: string, ready: Decoder, bytes: Uint8Array) {
    const parts: Array<Pcm.Pcm> = []
    let before = { at: 0, length }
    for (let at = 0; at < bytes.length; at += piece) {
      if (at - before.at >= bytesAtOnce || length - before.length >= samplesAtOnce) {
        yield* Effect.sleep(0)
        before = { at, length }
      }
      parts.push(yield* hear(yield* ask(format, () => ready.decode(bytes.subarray(at, at + piece)))))
    }
    return joined(parts)
  })

  const next = Effect.fnUntraced(function* (bytes: Uint8Array, whole: boolean) {
    if (decoder !== undefined) return yield* decode(decoder.format, decoder.ready, bytes)
    begin = new Uint8Array(Buffer.concat([begin, bytes]))
    if (begin.length < bytesToTell && !whole) return Speech.nothing
    const { format, ready } = yield* open(begin)
    return yield* decode(format, ready, begin)
  })

  return {
    push: (bytes) => next(bytes, false),
    end: Effect.gen(function* () {
      const begun = decoder === undefined ? yield* next(new Uint8Array(0), true) : Speech.nothing
      const { format, ready } = decoder!
      const rest = yield* hear(yield* ask(format, () => ready.flush?.()))
      if (length === 0) return yield* damaged(format)
      return joined([begun, rest])
    }),
    free: () => decoder?.ready.free()
  }
}

/** What has samples of it, which are of one rate. */
const joined = (parts: ReadonlyArray<Pcm.Pcm>): Pcm.Pcm => {
  const heard = parts.filter(({ samples }) => samples.length > 0)
  return heard.length === 0 ? Speech.nothing : Pcm.join(heard, heard[0]!.sampleRate)
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
