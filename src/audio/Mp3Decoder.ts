import { MPEGDecoder } from "mpg123-decoder"
import type { MPEGDecodedAudio } from "mpg123-decoder"

/** Decodes one MP3 file. */
export interface Mp3Decoder {
  readonly ready: Promise<void>
  readonly decode: (bytes: Uint8Array) => MPEGDecodedAudio
  /** Nothing is to be asked of it afterwards. */
  readonly free: () => void
}

/**
 * What the library's decoder keeps to itself. Each has a WebAssembly memory of 17 MB, and its own `reset` takes a new one:
 * so much for every sentence makes the garbage collector go through all that there is, for some 20 ms each time. So those
 * that have decoded without a fault decode the next file, with nothing of the one before.
 */
interface Inside extends MPEGDecoder {
  readonly _common: {
    readonly wasm: {
      readonly HEAP: ArrayBuffer
      readonly mpeg_frame_decoder_create: (slot: number, isGapless: number) => number
      readonly mpeg_frame_decoder_destroy: (handle: number) => void
      readonly malloc: (size: number) => number
      readonly free: (place: number) => void
    }
  }
  /** Of its state in that memory. */
  _decoder: number
}

/** How many are kept for the next files. */
const mostIdle = 4
const idle: Array<Inside> = []

/** One that is ready, or a new one. */
export const make = (): Mp3Decoder => {
  const decoder = idle.pop() ?? (new MPEGDecoder() as Inside)
  let isReady = false
  let isSound = true
  return {
    ready: decoder.ready.then(() => void (isReady = true)),
    decode: (bytes) => {
      const before = isSound
      isSound = false
      const decoded = decoder.decode(bytes)
      isSound = before && decoded.errors.length === 0
      return decoded
    },
    free: () => {
      // Before it is ready it has nothing to be freed.
      if (!isReady) return
      if (!isSound || idle.length >= mostIdle) decoder.free()
      else if (renew(decoder)) idle.push(decoder)
    }
  }
}

/** Puts a new state into the place of the old one; answers whether that went well. */
const renew = (decoder: Inside): boolean => {
  const { wasm } = decoder._common
  const slot = wasm.malloc(Uint32Array.BYTES_PER_ELEMENT)
  wasm.mpeg_frame_decoder_destroy(decoder._decoder)
  const isMade = wasm.mpeg_frame_decoder_create(slot, 1) === 0
  decoder._decoder = new Uint32Array(wasm.HEAP, slot, 1)[0]!
  wasm.free(slot)
  return isMade
}
