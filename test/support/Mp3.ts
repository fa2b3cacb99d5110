import { readFileSync } from "node:fs"

const tone = readFileSync(new URL("../audio/fixtures/tone.mp3", import.meta.url))
const sampleRate = 22_050
const samplesInFrame = 576
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
