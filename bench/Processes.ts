import { readFileSync } from "node:fs"
import * as Processes from "../test/support/Processes.ts"

/** A process that a server has started for an engine. */
export interface EngineProcess {
  readonly pid: number
  /** The module that it runs, such as `SherpaAsrWorker`. */
  readonly name: string
}

/** The processes of a server's engines. */
export const ofEngines = (server: number): ReadonlyArray<EngineProcess> =>
  Processes.descendants(server).map((pid) => ({
    pid,
    name: /(\w+)\.js/u.exec(Processes.commandOf(pid))?.[1] ?? "another program"
  }))

/** The one that runs this module; fails if it does not run. */
export const engine = (server: number, name: string): number => {
  const found = ofEngines(server).find((process) => process.name === name)
  if (found === undefined) throw new Error(`${name} does not run`)
  return found.pid
}

/** CPU time of all threads of a process so far, in ms; it is counted in steps of 10 ms. Linux only. */
export const cpu = (pid: number): number => cpuIn(`/proc/${pid}/stat`)

/** The same of a process without its first thread: its worker threads, the compiler, the garbage collector. */
export const cpuBesideMain = (pid: number): number => cpu(pid) - cpuIn(`/proc/${pid}/task/${pid}/stat`)

/** Memory of a process that is in RAM, in bytes. Linux only. */
export const rss = (pid: number): number => {
  const found = /^VmRSS:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${pid}/status`, "utf8"))
  return Number(found?.[1] ?? Number.NaN) * 1024
}

/** See proc(5): `utime` and `stime` are the fields 14 and 15, in hundredths of a second. */
const cpuIn = (file: string): number => {
  const stat = readFileSync(file, "utf8")
  // Behind the program's name, which may hold anything, comes field 3.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return (Number(fields[11]) + Number(fields[12])) * 10
}
