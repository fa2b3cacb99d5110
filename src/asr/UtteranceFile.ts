import { Effect } from "effect"
import * as FloatSamples from "../audio/FloatSamples.ts"
import * as Speech from "../audio/Speech.ts"
import * as Wav from "../audio/Wav.ts"
import * as RemoteRequest from "../engine/RemoteRequest.ts"
import { nextRound } from "../supervision/NextRound.ts"

const asTheyAre: FloatSamples.Gain = { normalize: false, volume: 1 }
/** How many samples are converted at a time: 10 s take 1 ms of the event loop. */
const piece = 10 * Speech.sampleRate

/** 16-bit samples as services take them, little-endian. */
export const pcmOf = (samples: Float32Array): Uint8Array => {
  const { buffer, byteLength, byteOffset } = FloatSamples.toInt16(samples, asTheyAre)
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** An utterance as such samples, ten seconds at a time. */
export const inPieces = Effect.fnUntraced(function* <E>(
  samples: Float32Array,
  use: (pcm: Uint8Array) => Effect.Effect<void, E>
) {
  for (let at = 0; at < samples.length; at += piece) {
    if (at > 0) yield* nextRound
    yield* use(pcmOf(samples.subarray(at, at + piece)))
  }
})

/**
 * An utterance as a WAV file. The longest one (120 s) would take 10 ms of the event loop at once, on a busy machine
 * three times as much.
 */
export const wavOf = Effect.fnUntraced(function* (samples: Float32Array) {
  const converted = new Int16Array(samples.length)
  for (let at = 0; at < samples.length; at += piece) {
    if (at > 0) yield* nextRound
    converted.set(FloatSamples.toInt16(samples.subarray(at, at + piece), asTheyAre), at)
  }
  return Wav.encode({ samples: converted, sampleRate: Speech.sampleRate }) as Uint8Array<ArrayBuffer>
})

/** A form with that file. */
export const formOf = (
  key: string,
  wav: Uint8Array<ArrayBuffer>,
  texts: Readonly<Record<string, string | undefined>>
): ReturnType<typeof RemoteRequest.form> =>
  RemoteRequest.form(texts, { key, name: "utterance.wav", content: new Blob([wav], { type: "audio/wav" }) })
