import { execFileSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"

interface Process {
  readonly pid: number
  readonly parent: number
  /** One letter; `Z` has ended and waits to be asked about it. */
  readonly state: string
}

/** Everything that runs on this machine. */
const all = (): ReadonlyArray<Process> => (existsSync("/proc/self/stat") ? fromProc() : fromPs())

const fromProc = (): ReadonlyArray<Process> =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/u.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8")
        // The second field is the program's name in parentheses, which may hold anything.
        const [state = "", parent = ""] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
        return [{ pid: Number(name), parent: Number(parent), state }]
      } catch {
        // It has ended since it was listed.
        return []
      }
    })

const fromPs = (): ReadonlyArray<Process> =>
  execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/u))
    .map(([pid, parent, state = ""]) => ({
      pid: Number(pid),
      parent: Number(parent),
      state: state.slice(0, 1)
    }))

/** The processes that `pid` has started, with what those have started. */
export const descendants = (pid: number): ReadonlyArray<number> => {
  const processes = all()
  const below = (parent: number): ReadonlyArray<number> =>
    processes
      .filter((process) => process.parent === parent)
      .flatMap((process) => [process.pid, ...below(process.pid)])
  return below(pid)
}

/** Those of these processes that still run. */
export const alive = (pids: ReadonlyArray<number>): ReadonlyArray<number> =>
  all()
    .filter(({ pid, state }) => pids.includes(pid) && state !== "Z")
    .map(({ pid }) => pid)

/** What a process was started with; empty if it has ended. */
export const commandOf = (pid: number): string => {
  try {
    return existsSync("/proc/self/cmdline")
      ? readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")
      : execFileSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" })
  } catch {
    return ""
  }
}
