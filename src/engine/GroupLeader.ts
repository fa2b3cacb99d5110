import type { ChildProcessWithoutNullStreams } from "node:child_process"
import { basename, isAbsolute } from "node:path"
import spawn from "cross-spawn"
import { Effect, Schema } from "effect"
import type { Scope } from "effect"
import * as ErrorCode from "../models/ErrorCode.ts"
import * as ChildProcess from "./ChildProcess.ts"
import * as ProcessGroup from "./ProcessGroup.ts"
import { english, say, Words } from "../language/Text.ts"

export interface Options {
  readonly command: string
  readonly args: ReadonlyArray<string>
  /** Working folder. */
  readonly folder: string
  /** Its variables. Defaults to the server's own. */
  readonly env?: Readonly<Record<string, string>>
  /** Whether it is a program of Node's that gets a channel to the server, too. */
  readonly hasChannel?: boolean
}

/** A process with pipes that leads a group of processes. */
export type GroupLeader = ChildProcessWithoutNullStreams

/** A program cannot be started. `problem`: a clause without a full stop, fit for a client. */
export class NotStarted extends Schema.TaggedError<NotStarted>()("NotStarted", {
  /** The system's code; `ENOENT` may mean the working folder too. */
  code: Schema.optional(Schema.String),
  problem: Words
}) {
  override get message(): string {
    return english(this.problem)
  }
}

/** Those that have an owner: none should be left when the server ends. */
const living = new Set<GroupLeader>()

/**
 * Starts a program as the leader of a group of processes, without a shell. When the scope closes every process of the group
 * is ended for certain, those included that the program has left behind.
 */
export const start = (options: Options): Effect.Effect<GroupLeader, NotStarted, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => launch(options),
      // Some refusals are thrown (EPERM, E2BIG), others are told by an event (ENOENT, EACCES).
      catch: (error) => notStarted(options, ErrorCode.of(error))
    }),
    ({ child }) =>
      Effect.ensuring(
        kill(child),
        Effect.sync(() => living.delete(child))
      )
  ).pipe(Effect.flatMap(({ child, started }) => Effect.as(started, child)))

/** The last resort when time has run out: ends every group that still has an owner, and waits for none. */
export const killAll = Effect.sync(() => {
  for (const child of living) ProcessGroup.signal(child, "SIGKILL")
})

const launch = (options: Options) => {
  const child = spawn(options.command, [...options.args], {
    cwd: options.folder,
    env: options.env,
    detached: process.platform !== "win32",
    windowsHide: true,
    stdio: ["pipe", "pipe", "pipe", ...(options.hasChannel === true ? (["ipc"] as const) : [])]
    // They are there as soon as it has started.
  }) as GroupLeader
  living.add(child)
  let refusal: Error | undefined
  // Heard from the first moment on: an error that nobody hears ends the server.
  child.on("error", (error) => (refusal = error))
  for (const pipe of child.stdio) pipe?.on("error", () => {})
  const started = Effect.async<void, NotStarted>((resume) => {
    const refuse = () => resume(notStarted(options, ErrorCode.of(refusal)))
    if (child.pid !== undefined) resume(Effect.void)
    else if (refusal !== undefined) refuse()
    else child.once("error", refuse)
  })
  return { child, started }
}

const notStarted = ({ command }: Options, code?: string) => {
  const program = JSON.stringify(isAbsolute(command) ? basename(command) : command)
  return new NotStarted({
    code,
    problem:
      code === "ENOENT"
        ? say("speech.noProgram", program)
        : code === "EACCES" || code === "EPERM"
          ? say("speech.mayNotRun", program)
          : say("speech.cannotStartCode", program, code ?? say("speech.anError"))
  })
}

/** Also when the leader has ended by itself: it may have left others of its group behind. */
const kill = (child: GroupLeader): Effect.Effect<void> =>
  Effect.suspend(() =>
    ProcessGroup.signal(child, "SIGKILL") === "forbidden"
      ? // There is no point in waiting for them.
        Effect.logWarning(
          `Process ${child.pid} and what it has started may not be ended by the server's user`
        )
      : ChildProcess.ended(child)
  )
