import { constants } from "node:os"
import spawn from "cross-spawn"
import * as Priority from "../supervision/Priority.ts"

// Runs a program for as long as its channel to the server is open: that closes when the server ends, however it ends. It
// leads the group of processes that the program belongs to, and ends all of it then.

/** As shells have it: there is no such program, or it may not be run. */
const codes: Readonly<Record<string, number>> = { ENOENT: 127, EACCES: 126, EPERM: 126 }

// The program inherits it.
Priority.lowerProcess()

const [program = "", ...args] = process.argv.slice(2)
const child = spawn(program, args, { stdio: "inherit", windowsHide: true })

const endAll = () => {
  if (process.platform !== "win32") process.kill(-process.pid, "SIGKILL")
  child.kill("SIGKILL")
}

child.on("error", (error: NodeJS.ErrnoException) => process.exit(codes[error.code ?? ""] ?? 1))
child.on("exit", (code, signal) =>
  process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
)
process.on("disconnect", endAll)
