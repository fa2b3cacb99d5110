import { createHash } from "node:crypto"
import { hostname } from "node:os"

/** This machine in the names of files; what a process is called means nothing on another one. */
export const machine = createHash("sha256").update(hostname()).digest("hex").slice(0, 8)

/** What the names of this process's files begin with, where others have theirs too. */
export const mine = `${machine}-${process.pid}-`

/** Whether a process of this id runs on this machine, of whatever user. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}
