import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import type { Readable, Writable } from "node:stream"
import { NodeStream } from "@effect/platform-node"
import { Effect, Schema, Stream } from "effect"
import type { Scope } from "effect"
import * as ProcessGroup from "../engine/ProcessGroup.ts"
import * as ErrorCode from "../models/ErrorCode.ts"

/**
 * A program did not do what it was started for. `problem`: a clause without a full stop, fit for a client: what the program
 * said of it is in the log only.
 */
export class ProgramFailed extends Schema.TaggedError<ProgramFailed>()("ProgramFailed", {
  reason: Schema.Literal("missing", "exit", "too-much"),
  problem: Schema.String
}) {}

export interface Options {
  readonly program: string
  readonly args: ReadonlyArray<string>
  /** Working folder. */
  readonly folder: string
  /** For its standard input. */
  readonly input: string
  /** Bytes of standard output; a program that writes more is ended. */
  readonly limit: number
}

/** How much of the end of standard error is kept, in characters. */
const kept = 4096

/**
 * Starts the program as the leader of a group of processes, without a shell. When the scope closes every process of
 * the group is ended for certain, those included that the program has left behind.
 */
const start = ({ args, folder, program }: Options): Effect.Effect<ChildProcess, ProgramFailed, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => launch(program, args, folder),
      // Some refusals are thrown (EPERM, E2BIG), others are told by an event (ENOENT, EACCES).
      catch: (error) => missing(program, ErrorCode.of(error))
    }),
    ({ child }) => end(child)
  ).pipe(Effect.flatMap(({ child, started }) => Effect.as(started, child)))

const launch = (program: string, args: ReadonlyArray<string>, folder: string) => {
  const child = spawn(program, args, {
    cwd: folder,
    detached: true,
    windowsHide: true,
    stdio: ["pipe", "pipe", "pipe"]
  })
  let refusal: Error | undefined
  // Heard from the first moment on: an error that nobody hears ends the server.
  child.on("error", (error) => (refusal = error))
  const started = Effect.async<void, ProgramFailed>((resume) => {
    const refuse = () => resume(missing(program, ErrorCode.of(refusal)))
    if (child.pid !== undefined) resume(Effect.void)
    else if (refusal !== undefined) refuse()
    else child.once("error", refuse)
  })
  return { child, started }
}

const missing = (program: string, code = "an error") =>
  new ProgramFailed({
    reason: "missing",
    problem:
      code === "ENOENT"
        ? `there is no program ${JSON.stringify(program)}`
        : code === "EACCES" || code === "EPERM"
          ? `the server may not run ${JSON.stringify(program)}`
          : `${JSON.stringify(program)} cannot be started (${code})`
  })

const end = (child: ChildProcess): Effect.Effect<void> =>
  Effect.suspend(() => {
    switch (ProcessGroup.signal(child, "SIGKILL")) {
      case "sent":
        return Effect.asVoid(exitOf(child))
      case "gone":
        return Effect.void
      case "forbidden":
        // There is no point in waiting for them.
        return Effect.logWarning(
          `Process ${child.pid} and what it has started may not be ended by the server's user`
        )
    }
  })

const read = (readable: Readable): Stream.Stream<Uint8Array> =>
  // A pipe that breaks has said all it will.
  Stream.orElse(
    NodeStream.fromReadable<"broken", Uint8Array>(
      () => readable,
      () => "broken"
    ),
    () => Stream.empty
  )

const write = (writable: Writable, text: string): Effect.Effect<void> =>
  Effect.sync(() => {
    // A program may end without having read its input; its exit code says whether that is a failure.
    writable.on("error", () => {})
    writable.end(text)
  })

const readAtMost = (readable: Readable, limit: number): Effect.Effect<Uint8Array, ProgramFailed> => {
  const chunks: Array<Uint8Array> = []
  let length = 0
  return read(readable).pipe(
    Stream.runForEach((chunk) => {
      chunks.push(chunk)
      length += chunk.length
      return length > limit ? tooMuch(limit) : Effect.void
    }),
    Effect.map(() => Buffer.concat(chunks))
  )
}

/** What a program that writes without end fails with. `limit`: in bytes. */
export const tooMuch = (limit: number) =>
  new ProgramFailed({ reason: "too-much", problem: `it wrote more than ${limit / 2 ** 20} MiB` })

const exitOf = (child: ChildProcess): Effect.Effect<number | NodeJS.Signals> =>
  Effect.async((resume) => {
    const done = () => resume(Effect.succeed(child.exitCode ?? child.signalCode ?? 0))
    if (child.exitCode !== null || child.signalCode !== null) done()
    else child.once("exit", done)
  })

const lastLine = (text: string): string => text.trim().split("\n").at(-1)?.trim() ?? ""

/**
 * Runs a program to its end and gives what it wrote to standard output. Fails if its exit code is not 0; the last line of
 * what it complained of is logged, and all of the end of it at level debug. Interrupting ends it with all that it has started.
 */
export const run = Effect.fn("CommandProgram.run")(function* (options: Options) {
  const child = yield* start(options)
  yield* write(child.stdin!, options.input)
  let complaint = ""
  const [output] = yield* Effect.all(
    [
      readAtMost(child.stdout!, options.limit),
      read(child.stderr!).pipe(
        Stream.decodeText(),
        Stream.runForEach((text) => Effect.sync(() => (complaint = (complaint + text).slice(-kept))))
      )
    ],
    { concurrency: "unbounded" }
  )
  const code = yield* exitOf(child)
  if (code === 0) return output
  const how = typeof code === "number" ? `failed with status ${code}` : `was ended by ${code}`
  const last = lastLine(complaint)
  yield* Effect.logWarning(`${options.program} ${how}${last === "" ? " and said nothing" : `: ${last}`}`)
  if (last !== complaint.trim()) yield* Effect.logDebug(`${options.program}: ${complaint.trim()}`)
  return yield* new ProgramFailed({ reason: "exit", problem: `its program ${how}` })
}, Effect.scoped) satisfies (options: Options) => Effect.Effect<Uint8Array, ProgramFailed>
