import { MPEGDecoder } from "mpg123-decoder"
import type { MPEGDecodedAudio } from "mpg123-decoder"
import { DecoderStopped } from "./DecoderStopped.ts"
import type { Decoder, Format } from "./Decoding.ts"
import { say } from "../language/Text.ts"

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
  isIntact: boolean
  readonly create: () => number
  readonly destroy: (state: number) => void
  readonly decode: (state: number, bytes: Uint8Array) => MPEGDecodedAudio
}

/** With what they may hold back there is room for them. */
const mostFiles = 8
/** Bytes without sound, as of a picture before it, that a file may have in a row: the library keeps them until they have passed. */
const mostHeldBack = 2 ** 20
/** More than there are in a step. Without room, for one, the library would read for ever. */
const mostReads = 200

const lost = (cause?: unknown) => new DecoderStopped({ reason: say("speech.decoderEnded"), cause })

const makeMemory = (): Memory => {
  // The library lets nobody know when there is none to be had.
  void new WebAssembly.Memory({ initial: 260 })
  const decoder = new MPEGDecoder() as Inside
  let reads = 0

  const careful =
    <Given extends ReadonlyArray<unknown>, A>(use: (...given: Given) => A) =>
    (...given: Given): A => {
      if (!memory.isIntact) throw lost()
      memory.isIntact = false
      const result = use(...given)
      memory.isIntact = true
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
    isIntact: true,
    create: careful(() => {
      const { wasm } = decoder._common
      const slot = wasm.malloc(Uint32Array.BYTES_PER_ELEMENT)
      if (slot === 0) throw lost()
      const error = wasm.mpeg_frame_decoder_create(slot, 1)
      const [state] = new Uint32Array(wasm.HEAP, slot, 1)
      wasm.free(slot)
      if (error !== 0 || state === 0) throw lost(error)
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

/** MP3. Files may be decoded side by side, and share memories, one of which is kept. */
export const make = (): Format => {
  let memories: ReadonlyArray<Memory> = []

  /** One with room for a file, which is counted. */
  const take = (): Memory => {
    const known = memories.find(({ files, isIntact }) => isIntact && files < mostFiles)
    const memory = known ?? makeMemory()
    if (known === undefined) memories = [...memories, memory]
    memory.files++
    return memory
  }

  const leave = (memory: Memory): void => {
    memory.files--
    const isSpare =
      memory.files === 0 && memories.some((other) => other !== memory && other.isIntact && other.files === 0)
    if (!memory.isIntact || isSpare) memories = memories.filter((other) => other !== memory)
  }

  return { name: "MP3", make: () => decoderIn(take(), leave) }
}

const decoderIn = (memory: Memory, leave: (memory: Memory) => void): Decoder => {
  let state: number | undefined
  let isFreed = false
  let heldBack = 0
  return {
    ready: memory.ready.then(
      () => {
        if (!isFreed) state = memory.create()
      },
      (cause) => {
        memory.isIntact = false
        throw lost(cause)
      }
    ),
    decode: (bytes) => {
      if (state === undefined) throw lost()
      heldBack += bytes.length
      if (heldBack > mostHeldBack) throw new Error("no sound in so many bytes")
      const decoded = memory.decode(state, bytes)
      if (decoded.samplesDecoded > 0) heldBack = 0
      return decoded
    },
    free: () => {
      if (isFreed) return
      isFreed = true
      try {
        if (state !== undefined && memory.isIntact) memory.destroy(state)
      } finally {
        state = undefined
        leave(memory)
      }
    }
  }
}
