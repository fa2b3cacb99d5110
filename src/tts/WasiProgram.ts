import { ConsoleStdout, File, OpenFile, PreopenDirectory, WASI } from "@bjorn3/browser_wasi_shim"

// The part of the WebAssembly API that is used here: Node has it, but its types come with the browser's only.
declare global {
  namespace WebAssembly {
    type Imports = Readonly<Record<string, unknown>>
    /** Compiled code; it has nothing to look at. */
    interface Module {}
    const compile: (bytes: Uint8Array) => Promise<Module>
    const Instance: new (module: Module, imports: Imports) => Parameters<WASI["start"]>[0]
  }
}

/** How a program ended, and what it wrote. */
export interface Outcome {
  readonly exitCode: number
  readonly stdout: string
  /** What it wrote to the file at `outputPath`; empty if it wrote none. */
  readonly output: Uint8Array
}

const folder = "/out"
const file = "output"
/** The one file that a program may write. */
export const outputPath = `${folder}/${file}`

/**
 * Runs a WASI command (preview 1) to its end in a fresh instance, with its files in memory: it gets to see neither
 * disk, environment nor network. `args` are ASCII. It blocks the thread. Throws what a trap throws.
 *
 * Not by `node:wasi`: in Node 20 a garbage collection that falls into one of its calls ends the whole process, even
 * from a worker thread, and with a program that grows its memory every long text did so.
 */
export const run = (module: WebAssembly.Module, args: ReadonlyArray<string>): Outcome => {
  const lines: Array<string> = []
  const files = new PreopenDirectory(folder, new Map())
  const descriptors = [
    new OpenFile(new File([])),
    ConsoleStdout.lineBuffered((line) => lines.push(line)),
    ConsoleStdout.lineBuffered(() => {}),
    files
  ]
  const wasi = new WASI([...args], [], descriptors, { debug: false })
  const exitCode = wasi.start(new WebAssembly.Instance(module, { wasi_snapshot_preview1: wasi.wasiImport }))
  const written = files.dir.contents.get(file)
  return {
    exitCode,
    stdout: lines.join("\n"),
    output: written instanceof File ? written.data : new Uint8Array()
  }
}
