import { readFileSync } from "node:fs"
import type { Pcm } from "../../src/audio/Pcm.ts"

const tone = readFileSync(new URL("../audio/fixtures/tone.mp3", import.meta.url))
const sampleRate = 22_050
const samplesInFrame = 576
/** What no sample of silence goes beyond. */
const quiet = 60
/** kbit/s by the number in a frame's header (MPEG-2, layer III). */
const bitrates = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]

/** The fixture's frames: a constant tone, so that they may follow each other in any number. */
const frames: ReadonlyArray<Uint8Array> = (() => {
  const found: Array<Uint8Array> = []
  for (let at = 0; at + 4 <= tone.length;) {
    const bits = tone[at + 2]!
    const length = Math.floor((72_000 * bitrates[bits >> 4]!) / sampleRate) + ((bits >> 1) & 1)
    found.push(new Uint8Array(tone.subarray(at, at + length)))
    at += length
  }
  return found
})()

/** An MP3 file of a tone, so many ms long, but for half a frame. */
export const ofLength = (ms: number): Uint8Array => {
  const count = Math.round((ms * sampleRate) / 1000 / samplesInFrame)
  return new Uint8Array(Buffer.concat(Array.from({ length: count }, (_, at) => frames[at % frames.length]!)))
}

/** A frame without any sound: the header of a frame, and nothing that it would say. */
const silent = new Uint8Array(frames[0]!.length)
silent.set(frames[0]!.subarray(0, 4))

/** An MP3 file that has the tone where this sound is loud and is silent where this one is, but for half a frame. */
export const like = ({ samples, sampleRate: rate }: Pcm): Uint8Array => {
  const size = (samplesInFrame * rate) / sampleRate
  let next = 0
  const parts = Array.from({ length: Math.round(samples.length / size) }, (_, at) => {
    const isLoud = samples.subarray(at * size, (at + 1) * size).some((sample) => Math.abs(sample) > quiet)
    // A frame may go on with what the one before has begun, unless it is the first.
    if (!isLoud) next = 0
    return isLoud ? frames[next++ % frames.length]! : silent
  })
  return new Uint8Array(Buffer.concat(parts))
}
