import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import type { Readable } from "node:stream"
import { fileURLToPath } from "node:url"
import { within } from "./Bounded.ts"
import * as Inspector from "./Inspector.ts"

/** What `npm start` gives Node; the others get the same, to be compared with. */
const asStarted = ["--max-semi-space-size=32"]

const startTime = 30_000
/** The server promises five seconds. */
const stopTime = 8000

/** A child process that serves. */
export interface Child extends Inspector.Inspector {
  /** `http://...`, as it printed it. */
  readonly url: string
  readonly pid: number
  readonly stop: () => Promise<void>
}

export interface Options {
  readonly name: string
  /** Arguments to Node, the program first. */
  readonly args: ReadonlyArray<string>
  readonly cwd?: string
}

const living = new Set<ChildProcess>()

/** Starts a program under Node and waits until it has printed the URL that it serves at. */
export const start = async ({ args, cwd, name }: Options): Promise<Child> => {
  const child = spawn(process.execPath, ["--inspect=127.0.0.1:0", ...asStarted, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    ...(cwd === undefined ? {} : { cwd })
  })
  living.add(child)
  child.once("close", () => living.delete(child))
  const said: Array<string> = []
  const url = lineWith(child.stdout, /https?:\/\/[^\s/]+/, said)
  const inspector = lineWith(child.stderr, /ws:\/\/\S+/, said)
  const ended = once(child, "close").then(() => {
    throw new Error(`${name} ended before it served:\n${said.join("\n")}`)
  })
  const ready = Promise.race([Promise.all([url, inspector]), ended])
  const [served, inspected] = await within(startTime, `starting ${name}`, ready)
  // It ends some time; that is no failure any more.
  ended.catch(() => {})
  return { url: served, pid: child.pid!, ...Inspector.make(inspected), stop: () => stop(child) }
}

/** A program of this folder, which runs as this process does and ends with it. */
export const startSibling = (file: string, ...args: ReadonlyArray<string>): Promise<Child> =>
  start({
    name: file,
    args: [...process.execArgv, fileURLToPath(new URL(file, import.meta.url)), ...args]
  })

/** Ends whatever is left. */
export const stopAll = async (): Promise<void> => {
  await Promise.all([...living].map(stop))
}

/** For an end that cannot wait. */
export const killAll = (): void => {
  for (const child of living) child.kill("SIGKILL")
}

const stop = async (child: ChildProcess): Promise<void> => {
  if (!living.has(child)) return
  const closed = once(child, "close")
  child.kill("SIGTERM")
  try {
    await within(stopTime, "stopping", closed)
  } catch {
    child.kill("SIGKILL")
    await closed
  }
}

/** The first match in the output, which is read on for ever, so that the child never waits for a full pipe. */
const lineWith = (output: Readable, pattern: RegExp, said: Array<string>) =>
  new Promise<string>((resolve) => {
    createInterface({ input: output }).on("line", (line) => {
      if (said.push(line) > 20) said.shift()
      const found = pattern.exec(line)
      if (found !== null) resolve(found[0])
    })
  })
