import { Either } from "effect"
// A CommonJS bundle: Node finds its names on the default export only, whatever its types say.
// oxlint-disable-next-line import/default
import wavefile from "wavefile"
import { samplesOf } from "./Pcm.ts"
import type { Pcm } from "./Pcm.ts"
import { UndecodableAudio } from "./UndecodableAudio.ts"
import { say } from "../language/Text.ts"

const headerLength = 44
/** Lengths above this are placeholders: programs write the largest number that they know, with or without a sign. */
const longestLength = 0x7fff_0000

/** A RIFF/WAVE file with one chunk of 16-bit mono samples. */
export const encode = (pcm: Pcm): Buffer => {
  const length = pcm.samples.byteLength
  // Every byte of it is written below.
  const bytes = Buffer.allocUnsafe(headerLength + length)
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerLength)
  writeTag(bytes, 0, "RIFF")
  view.setUint32(4, headerLength - 8 + length, true)
  writeTag(bytes, 8, "WAVE")
  writeTag(bytes, 12, "fmt ")
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, pcm.sampleRate, true)
  view.setUint32(28, pcm.sampleRate * 2, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  writeTag(bytes, 36, "data")
  view.setUint32(40, length, true)
  bytes.set(new Uint8Array(pcm.samples.buffer, pcm.samples.byteOffset, length), headerLength)
  return bytes
}

/** Whether the bytes begin like a WAV file. */
export const isWav = (bytes: Uint8Array): boolean => tagAt(bytes, 0) === "RIFF" && tagAt(bytes, 8) === "WAVE"

/** How long a WAV file is, by its header; `undefined` if that cannot be read. */
export const measure = (
  bytes: Uint8Array
): { readonly sampleRate: number; readonly seconds: number } | undefined => {
  const layout = isWav(bytes) ? read(bytes) : undefined
  if (layout === undefined) return undefined
  const { bits, channels, dataLength, sampleRate } = layout
  return { sampleRate, seconds: (dataLength * 8) / (Math.max(1, bits) * channels * sampleRate) }
}

/**
 * 16-bit mono files only, at no cost: the samples are a view of `bytes` where their alignment allows it.
 * `undefined` for every other file, broken ones included.
 */
export const decodePlain = (bytes: Uint8Array): Pcm | undefined => {
  const layout = isWav(bytes) ? read(bytes) : undefined
  if (layout === undefined || layout.format !== 1 || layout.channels !== 1 || layout.bits !== 16)
    return undefined
  const { dataStart, dataLength, sampleRate } = layout
  return { sampleRate, samples: samplesOf(bytes.subarray(dataStart, dataStart + dataLength)) }
}

/**
 * What comes before the samples of a file of which only the beginning is there. "incomplete": more of it is needed;
 * "other": it is not 16-bit mono, or no such file at all. `dataStart` and `dataLength`: in bytes; endless if the header was
 * written before the length was known.
 */
export const plainHeader = (
  bytes: Uint8Array
):
  | { readonly dataStart: number; readonly dataLength: number; readonly sampleRate: number }
  | "incomplete"
  | "other" => {
  if (!isWav(bytes)) return "other"
  const layout = read(bytes)
  if (layout === undefined) return "incomplete"
  const { bits, channels, dataStart, format, sampleRate } = layout
  if (format !== 1 || channels !== 1 || bits !== 16) return "other"
  const length = new DataView(bytes.buffer, bytes.byteOffset + dataStart - 4).getUint32(0, true)
  return {
    dataStart,
    sampleRate,
    dataLength: length === 0 || length > longestLength ? Number.POSITIVE_INFINITY : length
  }
}

/**
 * Any WAV file (8 to 32-bit integers, floats, A-law, mu-law), mixed down to mono and 16 bits. A file whose
 * header was written before its length was known (0 or 0xFFFFFFFF) is read to its end.
 */
export const decode = (bytes: Uint8Array): Either.Either<Pcm, UndecodableAudio> => {
  const plain = decodePlain(bytes)
  if (plain !== undefined) return Either.right(plain)
  const layout = isWav(bytes) ? read(bytes) : undefined
  if (layout === undefined) return Either.left(new UndecodableAudio({ reason: say("speech.noWavHeader") }))
  return Either.try({
    try: () => convert(withLengths(bytes, layout)),
    catch: (cause) => new UndecodableAudio({ reason: say("speech.damagedWav"), cause })
  })
}

interface Layout {
  /** WAVE_FORMAT: 1 integers, 3 floats, 6 A-law, 7 mu-law, 0xFFFE extensible. */
  readonly format: number
  readonly channels: number
  readonly sampleRate: number
  readonly bits: number
  readonly dataStart: number
  /** In bytes, never beyond the end of the file. */
  readonly dataLength: number
}

/** Where the chunks are that matter; `undefined` unless there is a `fmt ` chunk and then a `data` chunk. */
const read = (bytes: Uint8Array): Layout | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let format: Omit<Layout, "dataStart" | "dataLength"> | undefined
  for (let at = 12; at + 8 <= bytes.length;) {
    const tag = tagAt(bytes, at)
    const length = view.getUint32(at + 4, true)
    const start = at + 8
    if (tag === "fmt " && start + 16 <= bytes.length) {
      format = {
        format: view.getUint16(start, true),
        channels: view.getUint16(start + 2, true),
        sampleRate: view.getUint32(start + 4, true),
        bits: view.getUint16(start + 14, true)
      }
    }
    if (tag === "data") {
      if (format === undefined || format.sampleRate === 0 || format.channels === 0) return undefined
      const rest = bytes.length - start
      // A streamed file has a placeholder for its length; 0 is a placeholder only if something follows.
      return { ...format, dataStart: start, dataLength: length === 0 ? rest : Math.min(length, rest) }
    }
    at = start + length + (length % 2)
  }
  return undefined
}

/** A copy with true lengths in place of a streamed file's placeholders; chunks after the data are dropped. */
const withLengths = (bytes: Uint8Array, layout: Layout): Uint8Array => {
  const frame = Math.max(1, layout.channels * (layout.bits >> 3))
  const length = layout.dataLength - (layout.dataLength % frame)
  const copy = bytes.slice(0, layout.dataStart + length)
  const view = new DataView(copy.buffer)
  view.setUint32(4, copy.length - 8, true)
  view.setUint32(layout.dataStart - 4, length, true)
  return copy
}

const convert = (bytes: Uint8Array): Pcm => {
  // oxlint-disable-next-line import/no-named-as-default-member
  const wav = new wavefile.WaveFile(bytes)
  const { audioFormat, numChannels, sampleRate } = wav.fmt as {
    readonly audioFormat: number
    readonly numChannels: number
    readonly sampleRate: number
  }
  if (audioFormat === 6) wav.fromALaw("16")
  else if (audioFormat === 7) wav.fromMuLaw("16")
  else wav.toBitDepth("16")
  const interleaved = wav.getSamples(true, Int16Array) as unknown as Int16Array
  return { sampleRate, samples: mixInterleaved(interleaved, numChannels) }
}

const mixInterleaved = (interleaved: Int16Array, channels: number): Int16Array => {
  if (channels === 1) return interleaved
  const samples = new Int16Array(Math.floor(interleaved.length / channels))
  for (let frame = 0, at = 0; frame < samples.length; frame++) {
    let sum = 0
    for (let channel = 0; channel < channels; channel++) sum += interleaved[at++]!
    samples[frame] = Math.round(sum / channels)
  }
  return samples
}

const writeTag = (bytes: Uint8Array, at: number, tag: string): void => {
  for (let index = 0; index < tag.length; index++) bytes[at + index] = tag.charCodeAt(index)
}

const tagAt = (bytes: Uint8Array, at: number): string =>
  at + 4 > bytes.length ? "" : String.fromCharCode(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!)
