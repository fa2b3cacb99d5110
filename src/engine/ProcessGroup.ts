import type { ChildProcess } from "node:child_process"
import * as ErrorCode from "../models/ErrorCode.ts"

/**
 * Sends a signal to a process that leads a group (it was started `detached`) and to all that it has started. `gone`: nobody
 * of the group is left; `forbidden`: they run as somebody else. Windows knows no groups: there it is the process alone.
 */
export const signal = (child: ChildProcess, name: NodeJS.Signals): "sent" | "gone" | "forbidden" => {
  if (child.pid === undefined) return "gone"
  if (process.platform === "win32") return child.kill(name) ? "sent" : "gone"
  try {
    process.kill(-child.pid, name)
    return "sent"
  } catch (error) {
    return ErrorCode.of(error) === "EPERM" ? "forbidden" : "gone"
  }
}
