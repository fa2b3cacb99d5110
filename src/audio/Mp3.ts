import { MPEGDecoder } from "mpg123-decoder"
import type { MPEGDecodedAudio } from "mpg123-decoder"
import type { Decoder, Format } from "./Decoding.ts"

/**
 * What the library's decoder keeps to itself. Each has a WebAssembly memory of 17 MB, which takes some 4 ms to make, and a
 * collection of all garbage when several have come and gone. A file needs 0.45 MB of it. So the files of one time share a
 * memory: each has a state of its own there, and the library is told whose turn it is.
 */
interface Inside extends MPEGDecoder {
  readonly _common: {
    readonly wasm: {
      readonly HEAP: ArrayBuffer
      readonly mpeg_frame_decoder_create: (slot: number, isGapless: number) => number
      readonly mpeg_frame_decoder_destroy: (state: number) => void
      /** Called until it answers that it needs more, or with an error. */
      mpeg_decoder_read: (...places: ReadonlyArray<number>) => number
      readonly malloc: (size: number) => number
      readonly free: (place: number) => void
    }
  }
  /** The state in that memory that it decodes with. */
  _decoder: number
}

/** Where up to `mostFiles` are decoded. */
interface Memory {
  readonly ready: Promise<void>
  files: number
  /** Not after something went wrong in it that nobody knows the extent of. */
  isSound: boolean
  readonly create: () => number
  readonly destroy: (state: number) => void
  readonly decode: (state: number, bytes: Uint8Array) => MPEGDecodedAudio
}

/** Half of those that there is room for. */
const mostFiles = 16
/** No step has so many frames. Without room, for one, the library would read for ever. */
const mostReads = 200

const makeMemory = (): Memory => {
  const decoder = new MPEGDecoder() as Inside
  let reads = 0

  const careful =
    <Given extends ReadonlyArray<unknown>, A>(use: (...given: Given) => A) =>
    (...given: Given): A => {
      if (!memory.isSound) throw new Error("the decoder's memory is damaged")
      memory.isSound = false
      const result = use(...given)
      memory.isSound = true
      return result
    }

  const memory: Memory = {
    ready: decoder.ready.then(() => {
      const { wasm } = decoder._common
      const read = wasm.mpeg_decoder_read
      wasm.mpeg_decoder_read = (...places) => {
        if (++reads > mostReads) throw new Error("the decoder finds no end")
        return read(...places)
      }
    }),
    files: 0,
    isSound: true,
    create: careful(() => {
      const { wasm } = decoder._common
      const slot = wasm.malloc(Uint32Array.BYTES_PER_ELEMENT)
      const error = wasm.mpeg_frame_decoder_create(slot, 1)
      const [state] = new Uint32Array(wasm.HEAP, slot, 1)
      wasm.free(slot)
      if (error !== 0) throw new Error(`no room for a decoder (${error})`)
      return state!
    }),
    destroy: careful((state) => decoder._common.wasm.mpeg_frame_decoder_destroy(state)),
    decode: careful((state, bytes) => {
      reads = 0
      decoder._decoder = state
      return decoder.decode(bytes)
    })
  }
  return memory
}

let memories: ReadonlyArray<Memory> = []

/** One with room for a file, which is counted. */
const take = (): Memory => {
  const known = memories.find(({ files, isSound }) => isSound && files < mostFiles)
  const memory = known ?? makeMemory()
  if (known === undefined) memories = [...memories, memory]
  memory.files++
  return memory
}

/** One without files is kept. */
const leave = (memory: Memory): void => {
  memory.files--
  const isSpare = memory.files === 0 && memories.some((other) => other !== memory && other.isSound)
  if (!memory.isSound || isSpare) memories = memories.filter((other) => other !== memory)
}

const make = (): Decoder => {
  const memory = take()
  let state: number | undefined
  let isFreed = false
  return {
    ready: memory.ready.then(
      () => {
        if (!isFreed) state = memory.create()
      },
      (cause) => {
        memory.isSound = false
        throw cause
      }
    ),
    decode: (bytes) => memory.decode(state!, bytes),
    free: () => {
      if (isFreed) return
      isFreed = true
      if (state !== undefined && memory.isSound) memory.destroy(state)
      leave(memory)
    }
  }
}

/** MP3. Files may be decoded side by side. */
export const format: Format = { name: "MP3", make }
