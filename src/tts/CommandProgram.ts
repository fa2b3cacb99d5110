import type { ChildProcess } from "node:child_process"
import type { Readable, Writable } from "node:stream"
import { NodeStream } from "@effect/platform-node"
import { Effect, Schema, Stream } from "effect"
import * as GroupLeader from "../engine/GroupLeader.ts"
import { say, Words } from "../language/Text.ts"

/**
 * A program did not do what it was started for. `problem`: a clause without a full stop, fit for a client: what the program
 * said of it is in the log only.
 */
export class ProgramFailed extends Schema.TaggedError<ProgramFailed>()("ProgramFailed", {
  reason: Schema.Literal("missing", "exit", "too-much"),
  problem: Words,
  /** The program's own status, if it has ended with one. */
  status: Schema.optional(Schema.Number)
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

const start = ({ args, folder, program }: Options) =>
  Effect.mapError(
    GroupLeader.start({ command: program, args, folder }),
    ({ problem }) => new ProgramFailed({ reason: "missing", problem })
  )

const read = (readable: Readable): Stream.Stream<Uint8Array> =>
  // A pipe that breaks has said all it will.
  Stream.orElse(
    NodeStream.fromReadable<"broken", Uint8Array>(
      () => readable,
      () => "broken"
    ),
    () => Stream.empty
  )

/** A program may end without having read its input; its exit code says whether that is a failure. */
const write = (writable: Writable, text: string): Effect.Effect<void> =>
  Effect.sync(() => void writable.end(text))

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
  new ProgramFailed({ reason: "too-much", problem: say("speech.wroteTooMuch", limit / 2 ** 20) })

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
  yield* write(child.stdin, options.input)
  let complaint = ""
  const [output] = yield* Effect.all(
    [
      readAtMost(child.stdout, options.limit),
      read(child.stderr).pipe(
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
  return yield* new ProgramFailed({
    reason: "exit",
    problem: typeof code === "number" ? say("speech.programFailed", code) : say("speech.programEnded", code),
    ...(typeof code === "number" ? { status: code } : {})
  })
}, Effect.scoped) satisfies (options: Options) => Effect.Effect<Uint8Array, ProgramFailed>
