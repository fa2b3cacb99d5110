import { Effect } from "effect"
import type { Scope } from "effect"
import * as ChildProcess from "./ChildProcess.ts"
import * as GroupLeader from "./GroupLeader.ts"
import type { NotStarted } from "./GroupLeader.ts"

/** Exit codes that say that there was no such program, or that it may not be run. */
export const missing = 127
export const forbidden = 126

/** What the guard gets to end the group by itself: on Windows nobody else can. */
const grace = "1 second"

/**
 * Starts a program that does not end by itself when the server is gone. The child is a guard that leads its group of
 * processes and ends the group with its scope, and when the server was killed. Its exit code is the program's.
 */
export const start = (
  options: GroupLeader.Options
): Effect.Effect<GroupLeader.GroupLeader, NotStarted, Scope.Scope> =>
  GroupLeader.start({
    ...options,
    hasChannel: true,
    command: process.execPath,
    args: [...ChildProcess.argumentsOf("GuardWorker", import.meta.url), options.command, ...options.args]
  }).pipe(
    Effect.tap((child) =>
      Effect.addFinalizer(() => {
        child.disconnect()
        return Effect.raceFirst(
          Effect.interruptible(ChildProcess.ended(child)),
          Effect.interruptible(Effect.sleep(grace))
        )
      })
    )
  )
