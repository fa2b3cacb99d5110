import { FLACDecoder } from "@wasm-audio-decoders/flac"
import { Effect } from "effect"
import { OggOpusDecoder } from "ogg-opus-decoder"
import { AudioTooLong } from "./AudioTooLong.ts"
import * as Mp3Decoder from "./Mp3Decoder.ts"
import * as Pcm from "./Pcm.ts"
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
  const known = decoders[kindOf(bytes) ?? "none"]
  return known === undefined
    ? new UndecodableAudio({ reason: say("speech.unknownFormat") })
    : withDecoder(known.format, known.make, bytes, longest)
})

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

const withDecoder = (format: string, make: () => Decoder, bytes: Uint8Array, longest: number) => {
  const ask = (step: () => Decoded | Promise<Decoded | void> | void) =>
    Effect.tryPromise({
      try: () => Promise.resolve(step()),
      catch: (cause) => damaged(format, cause)
    })

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
      return sound.pcm() ?? (yield* damaged(format))
    }),
    (decoder) => Effect.sync(() => decoder.free())
  )
}

/** A file that comes piece by piece. One caller at a time. */
export interface Decoding {
  /** The sound of the next bytes, mixed down to mono; without samples if they complete none. */
  readonly push: (bytes: Uint8Array) => Effect.Effect<Pcm.Pcm, UndecodableAudio>
  /** What is left when the file has ended. Fails if there was no sound in all of it. */
  readonly end: Effect.Effect<Pcm.Pcm, UndecodableAudio>
  /** Nothing is to be asked of it afterwards. */
  readonly free: () => void
}

/** A format is known by this many bytes, or by all that there are. */
const bytesToTell = 64

/** Decodes one file of MP3, FLAC or Ogg Opus as its bytes come. Uses the CPU: for worker threads. */
export const decoding = (): Decoding => {
  let begin = new Uint8Array(0)
  let decoder: { readonly format: string; readonly ready: Decoder } | undefined
  let heard = false

  const ask = (format: string, step: () => Decoded | Promise<Decoded | void> | void) =>
    Effect.tryPromise({ try: () => Promise.resolve(step()), catch: (cause) => damaged(format, cause) }).pipe(
      Effect.flatMap((decoded) => {
        const sound = gather(Number.POSITIVE_INFINITY)
        return Effect.map(Effect.orDie(sound.add(decoded)), () => {
          const pcm = sound.pcm()
          heard ||= pcm !== undefined
          return pcm ?? Speech.nothing
        })
      })
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

  const decode = Effect.fnUntraced(function* (bytes: Uint8Array, whole: boolean) {
    if (decoder !== undefined) return yield* ask(decoder.format, () => decoder?.ready.decode(bytes))
    begin = new Uint8Array(Buffer.concat([begin, bytes]))
    if (begin.length < bytesToTell && !whole) return Speech.nothing
    const { format, ready } = yield* open(begin)
    return yield* ask(format, () => ready.decode(begin))
  })

  return {
    push: (bytes) => decode(bytes, false),
    end: Effect.gen(function* () {
      const begun = decoder === undefined ? yield* decode(new Uint8Array(0), true) : Speech.nothing
      const { format, ready } = decoder!
      const rest = yield* ask(format, () => ready.flush?.())
      if (!heard) return yield* damaged(format)
      return begun.samples.length === 0 ? rest : Pcm.join([begun, rest], begun.sampleRate)
    }),
    free: () => decoder?.ready.free()
  }
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
