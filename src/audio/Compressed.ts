import { FLACDecoder } from "@wasm-audio-decoders/flac"
import { Effect } from "effect"
import { MPEGDecoder } from "mpg123-decoder"
import { OggOpusDecoder } from "ogg-opus-decoder"
import type { Pcm } from "./Pcm.ts"
import { UndecodableAudio } from "./UndecodableAudio.ts"

/** What all three decoders answer: one `Float32Array` in [-1, 1] per channel. */
interface Decoded {
  readonly channelData: ReadonlyArray<Float32Array>
  readonly sampleRate: number
}

interface Decoder {
  readonly ready: Promise<void>
  readonly free: () => void
}

/** MP3, FLAC or Ogg Opus, told apart by their first bytes, mixed down to mono. Uses the CPU: for worker threads. */
export const decode = Effect.fn("Compressed.decode")((bytes: Uint8Array) => {
  switch (kindOf(bytes)) {
    case "mp3":
      return withDecoder(
        "MP3",
        () => new MPEGDecoder(),
        (decoder) => decoder.decode(bytes)
      )
    case "flac":
      return withDecoder(
        "FLAC",
        () => new FLACDecoder(),
        (decoder) => decoder.decodeFile(bytes)
      )
    case "opus":
      return withDecoder(
        "Ogg Opus",
        () => new OggOpusDecoder(),
        (decoder) => decoder.decodeFile(bytes)
      )
    case undefined:
      return new UndecodableAudio({ reason: "its first bytes are those of no known format" })
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

const withDecoder = <D extends Decoder>(
  format: string,
  make: () => D,
  run: (decoder: D) => Decoded | Promise<Decoded>
): Effect.Effect<Pcm, UndecodableAudio> => {
  const damaged = (cause?: unknown) =>
    new UndecodableAudio({ reason: `the ${format} data is damaged`, cause })
  return Effect.acquireUseRelease(
    Effect.sync(make),
    (decoder) => Effect.tryPromise({ try: () => decoder.ready.then(() => run(decoder)), catch: damaged }),
    (decoder) => Effect.sync(() => decoder.free())
  ).pipe(
    Effect.filterOrFail(
      ({ channelData, sampleRate }) => sampleRate > 0 && (channelData[0]?.length ?? 0) > 0,
      () => damaged()
    ),
    Effect.map(toPcm)
  )
}

const toPcm = ({ channelData, sampleRate }: Decoded): Pcm => {
  const samples = new Int16Array(channelData[0]!.length)
  const scale = 32767 / channelData.length
  for (let at = 0; at < samples.length; at++) {
    let sum = 0
    for (const channel of channelData) sum += channel[at]!
    samples[at] = Math.round(Math.max(-32768, Math.min(32767, sum * scale)))
  }
  return { samples, sampleRate }
}
