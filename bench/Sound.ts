import { Effect } from "effect"
import * as Speech from "../test/support/Speech.ts"
import * as Numbers from "./Numbers.ts"

export const sampleRate = 16_000

/** What a client sends at a time, in samples. */
const chunkLength = 4096

export const end = JSON.stringify({ type: "mic-audio-end" })

/** Somebody speaks for two to three seconds: samples in [-1, 1] at 16 kHz. */
export const utterance = (): Promise<Float32Array> =>
  Effect.runPromise(Speech.say("Could you please tell me what the weather will be like?"))

/** Noise so soft that nobody can have spoken; its numbers are as long as those of speech. */
export const softNoise = (samples: number): Float32Array => {
  const random = Numbers.random(1)
  return Float32Array.from({ length: samples }, () => (random() - 0.5) * 0.001)
}

/** As the protocol has it: a JSON array of numbers in each frame. */
export const asNumbers = (samples: Float32Array): ReadonlyArray<string> =>
  Speech.chunks(samples, chunkLength).map((chunk) =>
    JSON.stringify({ type: "mic-audio-data", audio: [...chunk] })
  )

/** As binary frames: 16-bit samples. */
export const asBinary = (samples: Float32Array): ReadonlyArray<Buffer> =>
  Speech.chunks(samples, chunkLength).map((chunk) => {
    const frame = Buffer.alloc(2 * chunk.length)
    for (const [index, sample] of chunk.entries()) frame.writeInt16LE(Math.round(sample * 32_767), 2 * index)
    return frame
  })

export const bytesOf = (frames: ReadonlyArray<string | Buffer>): number =>
  frames.reduce((sum, frame) => sum + Buffer.byteLength(frame), 0)
