// The part of the WebAssembly API that is used here: Node has it, but its types come with the browser's only.
declare global {
  namespace WebAssembly {
    type Imports = Readonly<
      Record<string, Readonly<Record<string, (...args: ReadonlyArray<never>) => unknown>>>
    >
    /** Compiled code; it has nothing to look at. */
    interface Module {}
    interface Memory {
      readonly buffer: ArrayBuffer
    }
    const compile: (bytes: Uint8Array) => Promise<Module>
    const Instance: new (
      module: Module,
      imports: Imports
    ) => { readonly exports: Readonly<Record<string, unknown>> }
  }
}

/** How a program ended, and what it wrote. */
export interface Outcome {
  readonly exitCode: number
  readonly stdout: string
  /** What it wrote to the file `output`; empty if it wrote none. */
  readonly output: Uint8Array
}

/** The one folder that a program sees, and the one file that it may write. */
const folder = "/out"
export const outputPath = `${folder}/output`

const descriptor = { stdout: 1, folder: 3, output: 4 } as const
const errno = { success: 0, badDescriptor: 8, notFound: 44, cannotSeek: 70 } as const
const fileType = { characterDevice: 2, directory: 3, regularFile: 4 } as const
const allRights = 0xffff_ffff_ffff_ffffn

/**
 * Runs a WASI command (preview 1) to its end in a fresh instance, with its output file in memory: it gets to
 * see neither disk, environment nor network. It blocks the thread. Throws what a trap throws.
 *
 * Only the calls are there that programs need which read arguments and write files. `node:wasi` has them all,
 * but in Node 20 a garbage collection that falls into one of its calls ends the whole process, even from a
 * worker thread: with a program that grows its memory, every long text did so.
 */
export const run = (module: WebAssembly.Module, args: ReadonlyArray<string>): Outcome => {
  const host = new Host(args)
  const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: host.imports })
  host.memory = instance.exports["memory"] as WebAssembly.Memory
  try {
    ;(instance.exports["_start"] as () => void)()
  } catch (cause) {
    if (!(cause instanceof Exited)) throw cause
    return host.outcome(cause.code)
  }
  return host.outcome(0)
}

class Exited {
  readonly code: number
  constructor(code: number) {
    this.code = code
  }
}

class Host {
  /** The instance's own, known once it exists. */
  memory: WebAssembly.Memory = { buffer: new ArrayBuffer(0) }
  readonly #args: ReadonlyArray<Uint8Array>
  readonly #output = new MemoryFile()
  #stdout = ""

  constructor(args: ReadonlyArray<string>) {
    const encoder = new TextEncoder()
    this.#args = args.map((arg) => encoder.encode(`${arg.replaceAll("\0", " ")}\0`))
  }

  outcome(exitCode: number): Outcome {
    return { exitCode, stdout: this.#stdout, output: this.#output.bytes() }
  }

  // The memory's buffer is replaced whenever it grows, so no view of it may be kept.
  get #view() {
    return new DataView(this.memory.buffer)
  }
  #bytes(pointer: number, length: number) {
    return new Uint8Array(this.memory.buffer, pointer, length)
  }

  readonly imports = {
    args_sizes_get: (count: number, size: number) => {
      this.#view.setUint32(count, this.#args.length, true)
      this.#view.setUint32(
        size,
        this.#args.reduce((sum, arg) => sum + arg.length, 0),
        true
      )
      return errno.success
    },
    args_get: (pointers: number, buffer: number) => {
      let at = buffer
      this.#args.forEach((arg, index) => {
        this.#view.setUint32(pointers + index * 4, at, true)
        this.#bytes(at, arg.length).set(arg)
        at += arg.length
      })
      return errno.success
    },
    clock_time_get: (_clock: number, _precision: bigint, result: number) => {
      this.#view.setBigUint64(result, BigInt(Date.now()) * 1_000_000n, true)
      return errno.success
    },
    fd_prestat_get: (fd: number, result: number) => {
      if (fd !== descriptor.folder) return errno.badDescriptor
      this.#view.setUint32(result, 0, true)
      this.#view.setUint32(result + 4, folder.length, true)
      return errno.success
    },
    fd_prestat_dir_name: (_fd: number, path: number, length: number) => {
      this.#bytes(path, length).set(new TextEncoder().encode(folder).subarray(0, length))
      return errno.success
    },
    fd_fdstat_get: (fd: number, result: number) => {
      if (fd > descriptor.output) return errno.badDescriptor
      this.#bytes(result, 24).fill(0)
      this.#view.setUint8(result, typeOf(fd))
      this.#view.setBigUint64(result + 8, allRights, true)
      this.#view.setBigUint64(result + 16, allRights, true)
      return errno.success
    },
    fd_fdstat_set_flags: () => errno.success,
    fd_close: () => errno.success,
    fd_read: (_fd: number, _vectors: number, _count: number, result: number) => {
      this.#view.setUint32(result, 0, true)
      return errno.success
    },
    fd_seek: (fd: number, offset: bigint, whence: number, result: number) => {
      if (fd !== descriptor.output) return errno.cannotSeek
      this.#view.setBigUint64(result, BigInt(this.#output.seek(Number(offset), whence)), true)
      return errno.success
    },
    fd_write: (fd: number, vectors: number, count: number, result: number) => {
      let written = 0
      for (let vector = vectors; vector < vectors + count * 8; vector += 8) {
        const bytes = this.#bytes(this.#view.getUint32(vector, true), this.#view.getUint32(vector + 4, true))
        if (fd === descriptor.output) this.#output.write(bytes)
        else if (fd === descriptor.stdout) this.#stdout += new TextDecoder().decode(bytes)
        written += bytes.length
      }
      this.#view.setUint32(result, written, true)
      return errno.success
    },
    path_open: (
      _fd: number,
      _lookup: number,
      path: number,
      length: number,
      ...rest: ReadonlyArray<number>
    ) => {
      const name = new TextDecoder().decode(this.#bytes(path, length))
      if (`${folder}/${name}` !== outputPath) return errno.notFound
      this.#view.setUint32(rest[4]!, descriptor.output, true)
      return errno.success
    },
    proc_exit: (code: number) => {
      throw new Exited(code)
    }
  }
}

const typeOf = (fd: number) => {
  if (fd === descriptor.folder) return fileType.directory
  return fd === descriptor.output ? fileType.regularFile : fileType.characterDevice
}

class MemoryFile {
  #bytes = new Uint8Array(1 << 16)
  #length = 0
  #position = 0

  write(bytes: Uint8Array): void {
    const end = this.#position + bytes.length
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, this.#bytes.length * 2))
      larger.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = larger
    }
    this.#bytes.set(bytes, this.#position)
    this.#position = end
    this.#length = Math.max(this.#length, end)
  }

  /** `whence`: 0 from the start, 1 from the position, 2 from the end. Answers the new position. */
  seek(offset: number, whence: number): number {
    const origin = [0, this.#position, this.#length][whence] ?? 0
    this.#position = Math.max(0, origin + offset)
    return this.#position
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }
}
