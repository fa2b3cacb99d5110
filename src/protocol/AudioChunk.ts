import { say } from "../language/Text.ts"
import type { Text, Words } from "../language/Text.ts"
import * as Explain from "./Explain.ts"

/** The messages that carry microphone audio. */
export const types = ["mic-audio-data", "raw-audio-data"] as const
export type Type = (typeof types)[number]

export const isType = (type: string): type is Type => type === types[0] || type === types[1]

/**
 * Reads the `audio` of a microphone message, a `number[]` of mono samples in [-1, 1] at 16 kHz, in one pass and
 * without a schema: this is the hot path of the protocol, a chunk of 4096 numbers every 256 ms. What is beyond is cut off.
 * Answers what is wrong if it is not such an array.
 */
export const read = (audio: unknown): Float32Array | Text => {
  if (audio === undefined) return say("protocol.field", "audio", say("protocol.missingNumbers"))
  if (!Array.isArray(audio)) return say("protocol.field", "audio", say("protocol.notNumbers", shown(audio)))
  const samples = new Float32Array(audio.length)
  for (let index = 0; index < audio.length; index++) {
    const sample = audio[index] as unknown
    if (typeof sample !== "number") {
      return say("protocol.field", `audio.${index}`, say("protocol.notANumber", shown(sample)))
    }
    samples[index] = sample > 1 ? 1 : sample < -1 ? -1 : sample
  }
  return samples
}

const shown = (value: unknown): Words => Explain.bulk(value) ?? JSON.stringify(value).slice(0, 60)

/** Reads a binary frame: mono samples as signed 16-bit integers, little endian, at 16 kHz. */
export const readPcm = (frame: Buffer): Float32Array | Text => {
  if (frame.byteLength % 2 !== 0) return say("protocol.oddBinary", frame.byteLength)
  const samples = new Float32Array(frame.byteLength / 2)
  for (let index = 0; index < samples.length; index++) samples[index] = frame.readInt16LE(2 * index) / 32_768
  return samples
}
