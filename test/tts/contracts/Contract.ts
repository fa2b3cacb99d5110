import type * as Pcm from "../../../src/audio/Pcm.ts"
import type { TtsConfig } from "../../../src/config/TtsConfig.ts"
import type * as ServiceServer from "../../support/ServiceServer.ts"
import type { Answer, Asked } from "../../support/ServiceServer.ts"

/** A service's API, as a local server speaks it and as its voice has to. */
export interface Contract {
  /** The section with this address in place of the service's own, with `secret` for its key, and what a test changes. */
  readonly config: (url: string, changes?: Readonly<Record<string, unknown>>) => TtsConfig
  /** Its secret as the section has it. */
  readonly secret: string
  /** The text that a request asks for. */
  readonly textOf: (asked: Asked) => string
  /** A successful answer with this sound, in the form that `config` asks for; in at least two chunks if the service streams. */
  readonly answer: (sound: Pcm.Pcm) => Answer
  /** How the service refuses a wrong key, a model or voice that it does not have, and an account without anything left, if it knows accounts. */
  readonly refusals: Readonly<Record<"key" | "model", Answer> & { readonly quota?: Answer }>
  /** The keys that messages name for these. */
  readonly keys: { readonly secret: string; readonly model: string; readonly address: string }
  /** Whether sound is heard before the answer is complete. */
  readonly streams: boolean
  /** The chunk of `answer` that the sound begins with. Defaults to 0. */
  readonly firstSound?: number
  /** Whether it asks for bare samples, which any bytes may be. */
  readonly isBare?: boolean
  /** An answer with these bytes in place of sound, where that is more than its body. */
  readonly disguise?: (bytes: Uint8Array) => Answer
  /** What speaks the API, if not plain HTTP. It may ask for an answer to the same request twice. */
  readonly listen?: typeof ServiceServer.listen
}

const sampleRate = 24_000

/** Speech of a kind: words of 240 ms with pauses between them. */
export const sound = (letters: number): Pcm.Pcm => {
  const samples = new Int16Array(Math.round((sampleRate * Math.max(6, letters) * 60) / 1000))
  const beat = (sampleRate * 320) / 1000
  for (let at = 0; at < samples.length; at++)
    if (at % beat < beat * 0.75)
      samples[at] = Math.round(9000 * Math.sin((2 * Math.PI * 300 * at) / sampleRate))
  return { samples, sampleRate }
}

/** Little-endian, 16 bits each. */
export const bytesOf = ({ samples }: Pcm.Pcm): Uint8Array =>
  new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)

/** In so many pieces. */
export const inChunks = (bytes: Uint8Array, count = 4): ReadonlyArray<Uint8Array> => {
  const size = Math.ceil(bytes.length / count)
  return Array.from({ length: count }, (_, at) => bytes.slice(at * size, (at + 1) * size)).filter(
    ({ length }) => length > 0
  )
}
