import { fork } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { createRequire } from "node:module"
import { extname } from "node:path"
import type { Readable } from "node:stream"
import { fileURLToPath } from "node:url"
import { NodeStream } from "@effect/platform-node"
import { Effect, Fiber, identity, Option, Stream } from "effect"
import type { Scope } from "effect"
import type { UnknownException } from "effect/Cause"

export interface Options {
  /** The module that runs in the process, in the folder of `from`. */
  readonly module: string
  /** The caller's `import.meta.url`. */
  readonly from: string
  /** Whose output it is in the log. */
  readonly name: string
  readonly env?: Readonly<Record<string, string>>
}

/** What Node wants before the file: a module runs as TypeScript where its caller does. */
const flagsOf = (from: string): ReadonlyArray<string> =>
  extname(from) === ".ts" ? ["--import", createRequire(import.meta.url).resolve("tsx")] : []

const fileOf = (module: string, from: string): string =>
  fileURLToPath(new URL(`${module}${extname(from)}`, from))

/** What Node is started with to run a module in the folder of `from`. */
export const argumentsOf = (module: string, from: string): ReadonlyArray<string> => [
  ...flagsOf(from),
  fileOf(module, from)
]

const start = ({ env, from, module }: Options): ChildProcess =>
  fork(fileOf(module, from), [], {
    execArgv: [...flagsOf(from)],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // Typed arrays cross as they are, by one copy.
    serialization: "advanced",
    env: { ...process.env, ...env }
  })

export const hasEnded = (child: ChildProcess): boolean =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null

/** Waits until the process has ended, by itself or not. */
export const ended = (child: ChildProcess): Effect.Effect<void> =>
  Effect.async((resume) => {
    if (hasEnded(child)) return resume(Effect.void)
    const done = () => resume(Effect.void)
    child.once("exit", done).once("error", done)
    return Effect.sync(() => void child.off("exit", done).off("error", done))
  })

/** Ends the process for certain: native code may hear no other signal. */
export const kill = (child: ChildProcess): Effect.Effect<void> =>
  Effect.suspend(() => {
    child.kill("SIGKILL")
    return ended(child)
  })

/** Longest line that is logged in one, in characters: progress is often shown without an end of line. */
const longestLine = 4096

/** How much of the last line is told, in characters. */
const longestComplaint = 200

/** Whole lines of pieces, each of which ends no later than its line. */
const lines = <E>(pieces: Stream.Stream<string, E>): Stream.Stream<string, E> =>
  Stream.concat(Stream.map(pieces, Option.some), Stream.make(Option.none<string>())).pipe(
    Stream.mapAccum("", (begun, piece) => {
      const line = begun + Option.getOrElse(piece, () => "")
      const ends = Option.isNone(piece) || /[\r\n]$/u.test(line) || line.length > longestLine
      return ends ? (["", line.trim()] as const) : ([line, ""] as const)
    }),
    Stream.filter((line) => line !== "")
  )

/**
 * What a process prints belongs in the log (at level debug), not in the terminal. Ends with the output. `clean` takes out of
 * a line what nobody may read.
 */
export const logOutput = (
  name: string,
  output: Readable | null,
  onLine: (line: string) => void = () => {},
  clean: (line: string) => string = identity
) =>
  output === null
    ? Effect.void
    : NodeStream.fromReadable(
        () => output,
        () => "closed" as const
      ).pipe(
        Stream.decodeText(),
        Stream.flatMap((text) => Stream.make(...text.split(/(?<=[\r\n])/u))),
        lines,
        Stream.map(clean),
        Stream.tap((line) => Effect.sync(() => onLine(line))),
        Stream.runForEach((line) => Effect.logDebug(`${name}: ${line}`)),
        Effect.ignore
      )

export interface Opened {
  readonly child: ChildProcess
  /** The last line that it complained of, once it has ended. It may hold paths. */
  readonly lastWords: Effect.Effect<string | undefined>
}

/**
 * Starts a process with an IPC channel; it ends with the scope. What it prints is logged at level debug. Fails when the
 * machine has no room for another process.
 */
export const open = Effect.fn("ChildProcess.open")(function* (
  options: Options
): Effect.fn.Return<Opened, UnknownException, Scope.Scope> {
  const child = yield* Effect.acquireRelease(
    Effect.try(() => start(options)),
    kill
  )
  // A process that cannot be started, or sent to, has ended: `ended` tells that.
  child.on("error", () => {})
  yield* Effect.forkScoped(logOutput(options.name, child.stdout))
  let complaint: string | undefined
  const complaints = yield* Effect.forkScoped(
    logOutput(options.name, child.stderr, (line) => (complaint = line.slice(0, longestComplaint)))
  )
  const lastWords = Fiber.await(complaints).pipe(
    Effect.timeoutOption("1 second"),
    Effect.map(() => complaint)
  )
  return { child, lastWords }
})
